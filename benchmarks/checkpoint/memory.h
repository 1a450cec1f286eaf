/* How much memory a process and its descendants have, each page counted once however many share it. */
#ifndef MEMORY_H
#define MEMORY_H
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static double memory_of_family(int pid) /* KiB; Pss: a page that N share is a N-th of it for each */
{
    char path[64], line[256];
    double sum = 0, one;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "Pss: %lf", &one) == 1) sum += one;
    if (file) fclose(file);
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    for (struct dirent *task; tasks && (task = readdir(tasks));) {
        if (*task->d_name == '.') continue;
        snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, atoi(task->d_name));
        file = fopen(path, "r");
        for (int child; file && fscanf(file, "%d", &child) == 1;) sum += memory_of_family(child);
        if (file) fclose(file);
    }
    if (tasks) closedir(tasks);
    return sum;
}
#endif
