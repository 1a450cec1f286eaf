# To be included in the Makefile of servers and clients made by rpcgen(1): include $(shell pkg-config --variable=mk mrpc)
# Where NAME_carry.h stands beside NAME.c, the variables that it declares move with the server.
YADO ?= yado
CPPFLAGS += $(shell pkg-config --cflags mrpc)
LDLIBS += $(shell pkg-config --libs mrpc)

%.o: %.c %_carry.h
	$(YADO) carry $*_carry.h --source $< --output $*.carried.c
	$(CC) $(CFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c -o $@ $*.carried.c
