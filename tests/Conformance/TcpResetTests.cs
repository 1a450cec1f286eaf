using System.Net;
using System.Net.Sockets;
using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>A TCP connection to outside that is carried as one that the other side has reset (<c>--tcp reset</c>).</summary>
public sealed class TcpResetTests : IClassFixture<CompiledPrograms>
{
    private const string Connects =
        """
        import socket, os, sys, time, select, errno, signal, struct, fcntl, termios
        port, family, act = int(sys.argv[1]), sys.argv[2], sys.argv[3]
        c = socket.socket(socket.AF_INET6 if family == '6' else socket.AF_INET)
        c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Else the kernel takes 64 KiB from one that does not read.
        if act == 'count': c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        epoll = select.epoll()
        c.connect(('::1' if family == '6' else '127.0.0.1', port))
        epoll.register(c, select.EPOLLIN | select.EPOLLRDHUP)
        c.sendall(b'hello')
        open('ready', 'w').close()
        look = select.poll()
        look.register(c, select.POLLRDHUP)
        def arrived():
            held = struct.unpack('i', fcntl.ioctl(c, termios.FIONREAD, b'....'))[0]
            return held == int(sys.argv[4]) and (sys.argv[5] != 'ended' or len(look.poll(0)) > 0)
        while not arrived(): time.sleep(0.01)
        open('arrived', 'w').close()
        while not os.path.exists('go'): time.sleep(0.01)
        def one(call):
            try: return call()
            except OSError as e: return errno.errorcode[e.errno]
        if act == 'read':
            events = epoll.poll(10)[0][1]
            print(' '.join(n for n in ('EPOLLIN', 'EPOLLERR', 'EPOLLHUP', 'EPOLLRDHUP') if events & getattr(select, n)))
            print([one(lambda: c.recv(6)) for _ in range(4)], one(lambda: c.send(b'x')))
            print(c.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), one(c.getpeername))
        elif act == 'write':
            print(one(lambda: c.send(b'x')), one(lambda: c.send(b'x')), one(lambda: c.recv(100)))
        elif act == 'killed':
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            one(lambda: c.send(b'x'))
            c.send(b'x')
        elif act == 'count':
            got = 0
            while (part := one(lambda: c.recv(65536))) and not isinstance(part, str): got += len(part)
            print(got, part)
        """;

    public static TheoryData<bool, string> Everyone => new()
    {
        { false, "4" }, { false, "6" }, { true, "4" }, { true, "6" },
    };

    [SkippableTheory]
    [MemberData(nameof(Everyone))]
    public void What_had_arrived_is_read_and_then_the_reset_is_told_once(bool ordinary, string family)
    {
        Skip.If(ordinary && User.Ordinary is null, "the other tests run as an ordinary user already");
        string said = Carry("read", family, "unread bytes", ordinary);

        said.ShouldBe("EPOLLIN EPOLLERR EPOLLHUP EPOLLRDHUP\n[b'unread', b' bytes', 'ECONNRESET', b''] EPIPE\n1 ENOTCONN\n");
    }

    [Fact]
    public void The_end_of_what_the_other_side_had_sent_comes_before_it() =>
        Carry("read", "4", "unread bytes", endsStream: true).ShouldBe("EPOLLIN EPOLLERR EPOLLHUP EPOLLRDHUP\n[b'unread', b' bytes', b'', b''] EPIPE\n1 ENOTCONN\n");

    [Fact]
    public void Who_writes_is_told_too() => Carry("write", "4", "").ShouldBe("ECONNRESET EPIPE b''\n");

    [Fact]
    public void Who_does_not_look_gets_SIGPIPE() => Carry("killed", "4", "", end: new Ending(true, 13)).ShouldBe("");

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void As_much_as_is_taken_at_all_is_there_whole(bool ordinary)
    {
        Skip.If(ordinary && User.Ordinary is null, "the other tests run as an ordinary user already");
        const int most = 128 << 10;
        Carry("count", "4", new string('x', most), ordinary).ShouldBe($"{most} ECONNRESET\n");
    }

    [Fact]
    public void The_original_runs_on_as_if_nothing_had_been()
    {
        using Scene scene = new("tcp", uid: null);
        using Server server = new("4");
        using Journey journey = Begin(scene, server, "count", "4");
        server.Accept();
        journey.SaveAndRunOn("--tcp", $"reset:{server.Port}");
        server.Send("all of this");
        server.EndStream();
        scene.Create("go");
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
        File.ReadAllText(scene.Stream(1, "job", "out")).ShouldBe("11 b''\n");

        // … and the copy that was made of it finds its connection reset.
        journey.Resume();
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
        File.ReadAllText(scene.Stream(1, "job", "out")).ShouldContain("0 ECONNRESET\n");
    }

    [Fact]
    public void Without_the_word_or_at_another_port_it_is_an_obstacle()
    {
        using Scene scene = new("tcp", uid: null);
        using Server server = new("4");
        using Journey journey = Begin(scene, server, "write", "4");
        server.Accept();
        foreach (string[] words in (string[][])[[], ["--tcp", "refuse"], ["--tcp", $"reset:{server.Port - 1}"]])
        {
            (Ending ending, string said) = journey.TryToSave(words);
            ending.ShouldBe(new Ending(false, 3), said);
            said.ShouldContain("tcp-connection");
        }

        (Ending wrong, string why) = journey.TryToSave("--tcp", "drop");
        wrong.ShouldBe(new Ending(false, 2), why);
    }

    /// <summary>Carries the program once; what it said after that.</summary>
    private static string Carry(string act, string family, string unread, bool ordinary = false, Ending end = default, bool endsStream = false)
    {
        using Scene scene = new("tcp", ordinary ? User.Ordinary : null);
        using Server server = new(family);
        using Journey journey = Begin(scene, server, act, family, unread.Length, endsStream);
        server.Accept();
        server.Send(unread);
        if (endsStream)
        {
            server.EndStream();
        }

        journey.Await("arrived");
        journey.Save("--tcp", "reset");
        // The other side is told by a reset, not by the end of a stream that could be taken for the whole.
        Should.Throw<SocketException>(server.ReadToEnd).SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
        scene.Create("go");
        journey.Resume();
        journey.Wait().ShouldBe(end, scene.Transcript);
        return File.ReadAllText(scene.Stream(1, "job", "out"));
    }

    private static Journey Begin(Scene scene, Server server, string act, string family, int unread = 0, bool endsStream = false)
    {
        Journey journey = Journey.Start(
            scene, ["/usr/bin/python3", "-c", Connects, $"{server.Port}", family, act, $"{unread}", endsStream ? "ended" : "open"],
            environment: new Dictionary<string, string> { ["PYTHONUNBUFFERED"] = "1" });
        journey.Await("ready");
        return journey;
    }

    /// <summary>The other side, which stays where it is.</summary>
    private sealed class Server : IDisposable
    {
        private readonly Socket _listener;
        private Socket? _connection;

        public Server(string family)
        {
            bool six = family == "6";
            _listener = new Socket(six ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _listener.Bind(new IPEndPoint(six ? IPAddress.IPv6Loopback : IPAddress.Loopback, 0));
            _listener.Listen();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        private Socket Connection => _connection ?? throw new InvalidOperationException("nobody is connected");

        public void Accept()
        {
            _connection = _listener.Accept();
            byte[] greeting = new byte[5];
            _connection.Receive(greeting).ShouldBe(5);
        }

        public void Send(string text)
        {
            Connection.SendBufferSize = 1 << 20;
            Connection.Send(System.Text.Encoding.ASCII.GetBytes(text)).ShouldBe(text.Length);
        }

        public void EndStream() => Connection.Shutdown(SocketShutdown.Send);

        public void ReadToEnd()
        {
            Connection.ReceiveTimeout = 10_000;
            byte[] bytes = new byte[100];
            while (Connection.Receive(bytes) > 0)
            {
            }
        }

        public void Dispose()
        {
            _connection?.Dispose();
            _listener.Dispose();
        }
    }
}
