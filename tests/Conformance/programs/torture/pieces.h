// All pieces by name, and starting one of them: as a child, or as a program of its own.
#pragma once
#include "lives.h"
#include "talks.h"

static const struct { const char *name; int (*act)(void); } pieces[] = {
    { "talk", piece_talk }, { "send files", piece_send_files }, { "terminal", piece_terminal }, { "signals", piece_signals },
    { "epoll", piece_epoll }, { "share memory", piece_share_memory }, { "lock files", piece_lock_files }, { "time", piece_time },
    { "threads", piece_threads }, { "ended", piece_ended }, { "program", piece_program }, { "family", piece_family },
    { "memory", piece_memory },
};
enum { PIECES = sizeof pieces / sizeof *pieces };

// Does any piece. LAW_PIECE: only that one, to find out which it is.
static int any_piece(void *unused)
{
    (void)unused;
    const char *only = getenv("LAW_PIECE");
    int number = (int)pick(PIECES);
    for (int i = 0; only && i < PIECES; i++) if (strcmp(only, pieces[i].name) == 0) number = i;
    who = pieces[number].name;
    int result = pieces[number].act();
    common->pieces++;
    return result;
}

// The program's other life: one piece (not one that starts a program again and again), with what the arguments say.
static int piece_as_program(char **arguments)
{
    state = strtoull(arguments[0], NULL, 10);
    common_file = atoi(arguments[1]);
    common = MUST(mmap(NULL, sizeof *common, PROT_READ | PROT_WRITE, MAP_SHARED, common_file, 0));
    int number;
    do number = pick(PIECES);
    while (pieces[number].act == piece_program || pieces[number].act == piece_threads);
    who = pieces[number].name;
    EQUAL(0, pieces[number].act());
    common->pieces++;
    if (strcmp(arguments[2], "aloud") == 0) RIGHT(printf("right\n") == 6 && fflush(stdout) == 0);
    return 0;
}
