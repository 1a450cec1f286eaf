/* A long numeric program that knows it moves: three bodies under gravity, a line of output every so many steps.
 * orbit OUTPUT [LINES [STEPS]]. Its output is the same, byte for byte, wherever it has been meanwhile. */
#include <math.h>
#include <pms.h>
#include <stdio.h>
#include <stdlib.h>

struct body {
    double mass, x, y, vx, vy;
};

/* The figure of eight of Chenciner and Montgomery: periodic, and forgiving of a long run. */
static struct body bodies[3] = {
    {1, 0.97000436, -0.24308753, 0.466203685, 0.43236573},
    {1, -0.97000436, 0.24308753, 0.466203685, 0.43236573},
    {1, 0, 0, -0.93240737, -0.86473146},
};

static void accelerate(double step)
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            double dx = bodies[j].x - bodies[i].x, dy = bodies[j].y - bodies[i].y;
            double square = dx * dx + dy * dy;
            if (i == j)
                continue;
            double pull = step * bodies[j].mass / (square * sqrt(square));
            bodies[i].vx += pull * dx;
            bodies[i].vy += pull * dy;
        }
}

int pms_main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: orbit OUTPUT [LINES [STEPS]]\n");
        return 2;
    }
    long lines = argc > 2 ? atol(argv[2]) : 2000, steps = argc > 3 ? atol(argv[3]) : 20000;
    FILE *output = pms_fopen(argv[1], "w");
    if (output == NULL) {
        perror(argv[1]);
        return 1;
    }
    for (long line = 0; line < lines; line++) {
        for (long step = 0; step < steps; step++) {
            accelerate(1e-5);
            for (int i = 0; i < 3; i++) {
                bodies[i].x += 1e-5 * bodies[i].vx;
                bodies[i].y += 1e-5 * bodies[i].vy;
            }
        }
        pms_hold(); /* whoever looks into the file of a saved program finds whole lines */
        fprintf(output, "%ld", line);
        for (int i = 0; i < 3; i++)
            fprintf(output, " %.17g %.17g", bodies[i].x, bodies[i].y);
        fprintf(output, "\n");
        fflush(output);
        pms_release();
    }
    return pms_fclose(output) == 0 ? 0 : 1;
}
