using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Things that the processes of a job find by name: on hosts that see the same files, and each have a /dev/shm of their own.</summary>
public sealed class NamedThingsTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    private const string Server =
        """
        import os, socket, sys, time
        path, beat, go = sys.argv[1:]
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(20)
        def write(text):
            with open(beat + ".new", "w") as file: file.write(text)
            os.rename(beat + ".new", beat)
        if os.fork() == 0:
            # Calls only when it is asked to: nothing waits to be accepted while it is moved.
            asked = 0
            write("0")
            while not os.path.exists(go):
                if os.path.exists(f"{beat}.ask{asked}"):
                    with socket.socket(socket.AF_UNIX) as client:
                        client.connect(path)
                        assert client.recv(5) == b"hello"
                    asked += 1
                    write(str(asked))
                time.sleep(0.02)
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(path)
                client.recv(5)
            os._exit(0)
        while not os.path.exists(go):
            accepted, _ = listener.accept()
            accepted.send(b"hello")
            accepted.close()
        print("over", os.wait()[1])
        """;

    private const string Memory =
        """
        import multiprocessing, os, sys, time
        from multiprocessing import shared_memory
        beat, go = sys.argv[1:]
        def add(work):
            name, i = work
            memory = shared_memory.SharedMemory(name=name)
            memory.buf[i] = (memory.buf[i] + i) % 251
            memory.close()
        if __name__ == "__main__":
            methods = multiprocessing.get_context("fork")
            memory = shared_memory.SharedMemory(create=True, size=4096)
            wanted, count = bytearray(4096), 0
            with methods.Pool(2) as pool:
                while not os.path.exists(go):
                    pool.map(add, [(memory.name, i) for i in range(40)])
                    for i in range(40): wanted[i] = (wanted[i] + i) % 251
                    assert bytes(memory.buf) == bytes(wanted), count
                    count += 1
                    with open(beat + ".new", "w") as file: file.write(str(count))
                    os.rename(beat + ".new", beat)
            print("same")
            memory.close(); memory.unlink()
        """;

    private const string FirstSegment =
        """
        import ctypes, os, sys, time
        ready, go = sys.argv[1:]
        c = ctypes.CDLL(None)
        c.shmat.restype = ctypes.c_void_p
        number = c.shmget(0, 4096, 0o1600)
        memory = (ctypes.c_char * 16).from_address(c.shmat(number, None, 0))
        memory.value = b"what is in it"
        children = []
        for letter in range(2):
            children.append(os.fork())
            if children[-1] == 0:
                while not os.path.exists(go): time.sleep(0.02)
                memory[letter] = b"WH"[letter:letter + 1]
                os._exit(0)
        with open(ready, "w"): pass
        for child in children: os.waitpid(child, 0)
        print(number, memory.value.decode())
        """;

    /// <summary>The number 0, which also is the inode of its mappings: PostgreSQL on a machine that has just started.</summary>
    [Fact]
    public void The_first_System_V_memory_of_a_machine_is_carried()
    {
        string ready = hosts.File_("first.ready"), go = hosts.File_("first.go"), file = hosts.File_("first.ctx");
        const string script =
            """
            trap ': >"$3"' EXIT
            python3 -c "$1" "$2" "$3" &
            for i in $(seq 500); do [ -e "$2" ] && break; sleep 0.02; done
            yado checkpoint $! -o "$4" >&2 || exit 9
            : >"$3"
            "$4"
            """;

        Ending ending = hosts.On("h1", "unshare", "--ipc", "sh", "-c", script, "sh", FirstSegment, ready, go, file).Succeeds();

        ending.Output.ShouldBe("0 WHat is in it\n");
    }

    [Fact]
    public void A_server_and_its_clients_keep_the_name_of_a_unix_socket()
    {
        string path = hosts.File_("named.sock");
        int asked = 0;

        Move("server", Server, beat => File.WriteAllText($"{beat}.ask{asked++}", ""), path);

        hosts.YadoOn("h1", "logs", "server").Output.ShouldBe("over 0\n");
    }

    [Fact]
    public void Shared_memory_is_found_by_its_name_wherever_its_job_goes()
    {
        Move("memory", Memory, _ => { });

        hosts.YadoOn("h1", "logs", "memory").Output.ShouldBe("same\n");
        hosts.On("h1", "sh", "-c", "ls /dev/shm | grep -c psm_").Output.ShouldBe("0\n", "what the job had is left on a host that it has left");
        hosts.On("h2", "sh", "-c", "ls /dev/shm | grep -c psm_").Output.ShouldBe("0\n");
    }

    /// <summary>There and back twice, and it goes on each time; then to its end.</summary>
    private void Move(string name, string program, Action<string> ask, params IReadOnlyList<string> arguments)
    {
        (string script, string beat, string go) = (hosts.File_(name + ".py"), hosts.File_(name + ".beat"), hosts.File_(name + ".go"));
        File.WriteAllText(script, program);
        hosts.Start("h1", name, ["/usr/bin/python3", script, .. arguments, beat, go]);
        Until.Holds(() => File.Exists(beat), () => $"{name} does not begin");
        for (int move = 0; move < 4; move++)
        {
            string before = File.ReadAllText(beat);
            ask(beat);
            Until.Holds(() => File.ReadAllText(beat) != before, () => $"{name} does not go on: {hosts.YadoOn("h1", "logs", name).Output}");
            hosts.YadoOn("h1", "move", name, move % 2 == 0 ? "h2" : "h1").Succeeds();
        }

        File.WriteAllText(go, "");
        hosts.YadoOn("h1", "wait", name).Status.ShouldBe(0, hosts.YadoOn("h1", "logs", name).Output);
    }
}
