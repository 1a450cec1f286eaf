/^#include "spray.h"/a static spraycumul sum;
/^sprayproc_spray_1_svc/,/^}/s|^\t \* insert server code here|\t */ sum.counter++; /*|
/^sprayproc_get_1_svc/,/^}/s|^\t \* insert server code here|\t */ result = sum; /*|
/^sprayproc_clear_1_svc/,/^}/s|^\t \* insert server code here|\t */ sum.counter = 0; /*|
