// A POSIX message queue that is open nowhere but in a message that was not received can't be looked at.
// obstacle: message-queue.*in a message
#include "../law.h"
#include <mqueue.h>
#include <sys/socket.h>

int main(void)
{
    law_begin();
    char name[64], text[64];
    snprintf(name, sizeof name, "/yadokari-%d", getpid());
    struct mq_attr attributes = { .mq_maxmsg = 2, .mq_msgsize = sizeof text };
    mqd_t queue = mq_open(name, O_CREAT | O_RDWR, 0600, &attributes);
    if (queue < 0) law_skip("POSIX message queues");
    mq_unlink(name);
    MUST(mq_send(queue, "hello", 6, 3));
    int pair[2], got;
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } control = { 0 };
    struct iovec byte = { "x", 1 };
    struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    *head = (struct cmsghdr) { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
    memcpy(CMSG_DATA(head), &queue, sizeof queue);
    MUST(sendmsg(pair[0], &message, 0));
    MUST(close(queue));
    law_move();
    char into;
    struct iovec room = { &into, 1 };
    message = (struct msghdr) { .msg_iov = &room, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
    SAME(1, recvmsg(pair[1], &message, 0));
    memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof got);
    SAME(6, mq_receive(got, text, sizeof text, NULL));
    return law_verdict();
}
