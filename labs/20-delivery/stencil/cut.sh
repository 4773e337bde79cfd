# Cut the stencil.
date >/cut
