/* Holds itself in place for ever. */
#include <pms.h>
#include <unistd.h>

int pms_main(void)
{
    pms_hold();
    for (;;)
        pause();
}
