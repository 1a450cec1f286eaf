using Shouldly;
using Xunit;
using Yadokari.Engine.Context;
using Yadokari.Engine.Resume;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Resume;

/// <summary>A private mapping of a file that the program has not changed: the target's own file is mapped where it has the
/// same bytes, and what the context file holds where not. The program sees the same either way.</summary>
public sealed class UnchangedFileTests : IDisposable
{
    private const string Program = """
        import ctypes, hashlib, os, sys
        c = ctypes.CDLL(None)
        c.mmap.restype = ctypes.c_void_p
        c.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
        c.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        file = os.open(sys.argv[1], os.O_RDONLY)
        size = os.fstat(file).st_size
        view = c.mmap(None, size, 1, 2, file, 0)
        part = c.mmap(None, 65536, 1, 2, file, 65536)
        if len(sys.argv) == 2:
            os.close(file)
        def digest(start, length):
            return hashlib.sha256(ctypes.string_at(start, length)).hexdigest()
        print('ready', flush=True)
        for line in sys.stdin:
            if line == 'forget\n':
                c.madvise(view, size, 4)
            maps = [row.split()[-1] for row in open('/proc/self/maps')]
            print(digest(view, size), digest(part, 65536), maps.count(sys.argv[1]), flush=True)
        """;

    private const int Length = (700 * 1024) + 100; // more than a segment, and not whole pages

    private readonly TalkingProgram _program = new(Program);
    private readonly string _data;

    public UnchangedFileTests()
    {
        _data = Path.Combine(_program.Folder, "data");
        File.WriteAllBytes(_data, Content());
    }

    public void Dispose() => _program.Dispose();

    [Fact]
    public void The_same_file_is_mapped_again()
    {
        (string before, string after) = Moved(() => { });
        after.ShouldBe(before);
        after.ShouldEndWith(" 2");
    }

    [Fact]
    public void A_copy_of_the_file_will_do()
    {
        (string before, string after) = Moved(() =>
        {
            File.Move(_data, _data + ".old");
            File.Copy(_data + ".old", _data);
        });
        after.ShouldBe(before);
    }

    [Fact]
    public void A_mapping_of_a_file_that_is_there_reads_it_again_when_its_pages_are_given_back()
    {
        (string before, string after) = Moved(() => { }, question: "forget");
        after.ShouldBe(before);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65536)]
    [InlineData((512 * 1024) - 1)]
    [InlineData(Length - 1)]
    public void One_other_byte_and_the_content_that_travelled_is_taken(int at)
    {
        (string before, string after) = Moved(() =>
        {
            byte[] other = Content();
            other[at] ^= 1;
            File.WriteAllBytes(_data, other);
        });
        Sums(after).ShouldBe(Sums(before));
        bool inPart = at is >= 65536 and < 131072;
        after.ShouldEndWith(inPart ? " 0" : " 1");
    }

    [Theory]
    [InlineData("shorter")]
    [InlineData("longer inside the last page")]
    [InlineData("empty")]
    [InlineData("removed")]
    [InlineData("a directory")]
    [InlineData("a pipe")]
    [InlineData("a link to itself")]
    public void Whatever_is_at_the_path_the_content_that_travelled_is_taken(string what)
    {
        (string before, string after) = Moved(() =>
        {
            byte[] content = Content();
            File.Delete(_data);
            switch (what)
            {
                case "shorter":
                    File.WriteAllBytes(_data, content[..^4096]);
                    break;
                case "longer inside the last page":
                    File.WriteAllBytes(_data, [.. content, 1]);
                    break;
                case "empty":
                    File.WriteAllBytes(_data, []);
                    break;
                case "a directory":
                    Directory.CreateDirectory(_data);
                    break;
                case "a pipe":
                    MakePipe();
                    break;
                case "a link to itself":
                    File.CreateSymbolicLink(_data, _data);
                    break;
                default:
                    break;
            }
        });
        Sums(after).ShouldBe(Sums(before));
    }

    [Fact]
    public void An_open_file_that_is_a_pipe_here_is_refused_and_not_waited_for()
    {
        using Talker talker = new();
        string path = _program.Save(_program.Start(talker, _data, "keep"), kill: true);
        File.Delete(_data);
        MakePipe();
        using Talker never = new();
        Should.Throw<EngineException>(() => _program.Prepare(path, never)).Message.ShouldBe($"seek in {_data}: Illegal seek");
        ContextFile.Open(path).FindMissing().ShouldContain(new Obstacle("other-file", $"the open file {_data} is no regular file here"));
    }

    [Fact]
    public void A_file_with_holes_comes_back_whole()
    {
        byte[] content = Content();
        content.AsSpan(8192, 100_000).Clear();
        File.WriteAllBytes(_data, content);
        (string before, string after) = Moved(() => { });
        Sums(after).ShouldBe(Sums(before));
    }

    private static byte[] Content()
    {
        byte[] bytes = new byte[Length];
        new Random(5).NextBytes(bytes);
        return bytes;
    }

    private static string Sums(string answer) => answer[..answer.LastIndexOf(' ')];

    private void MakePipe() => ChildProcess.Wait(ChildProcess.Start(new SpawnRequest
    {
        Program = "/usr/bin/mkfifo",
        Arguments = ["mkfifo", _data],
        Environment = [],
        Descriptors = [],
    })).ShouldBe(0);

    private (string Before, string After) Moved(Action meanwhile, string question = "look")
    {
        using Talker talker = new();
        int pid = _program.Start(talker, _data);
        string before = talker.Ask("look");
        before.ShouldEndWith(" 2");
        string path = _program.Save(pid, kill: true);
        meanwhile();

        using Talker after = new();
        using HeldProcess held = _program.Prepare(path, after);
        held.Release();
        string answer = after.Ask(question);
        after.Dispose();
        ChildProcess.Wait(held.ShellPid).ShouldBe(0);
        return (before, answer);
    }
}
