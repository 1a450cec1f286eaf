// Pages of shared memory that nothing maps (remap_file_pages) can be read by root only.
// law: user
// obstacle: unmapped-memory
#include "../shared_memory_that_is_mapped_nowhere_comes_back.c"
