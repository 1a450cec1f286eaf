using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Files on an overlay, as in most containers, where mappings and stat(2) tell of different devices.</summary>
public sealed class OverlayTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    private const string Program =
        """
        import mmap, os, sys, time
        path, ready, go = sys.argv[1:]
        file = os.open(path, os.O_RDWR | os.O_CREAT)
        os.ftruncate(file, 1 << 20)
        memory = mmap.mmap(file, 1 << 20)
        memory[5000:5014] = b"by the mapping"
        os.unlink(path)
        open(ready, "w").close()
        while not os.path.exists(go): time.sleep(0.01)
        os.pwrite(file, b"by the descriptor", 9000)
        print(os.pread(file, 14, 5000), memory[9000:9017], flush=True)
        """;

    [Fact]
    public void A_mapping_and_a_descriptor_of_a_removed_file_stay_one_file()
    {
        string on = hosts.File_("merged"), job = hosts.File_("job.ctx"), ready = hosts.File_("ready"), go = hosts.File_("go"), output = hosts.File_("said");
        File.WriteAllText(hosts.File_("program.py"), Program);
        Shell($"cd {hosts.Files}; mkdir lower other merged; mount -t tmpfs none other; mkdir other/upper other/work; mount -t overlay none -o lowerdir=lower,upperdir=other/upper,workdir=other/work merged");
        int pid = int.Parse(Shell($"python3 {hosts.File_("program.py")} {on}/scratch {ready} {go} </dev/null >{output} 2>&1 & echo $!"));
        Until.Holds(() => File.Exists(ready), () => $"it does not come up: {File.ReadAllText(output)}");

        hosts.YadoOn("h1", "checkpoint", $"{pid}", "-o", job).Succeeds();
        Shell($"{job} </dev/null >>{output} 2>&1 &");
        File.WriteAllText(go, "");

        Until.Holds(() => File.ReadAllText(output).EndsWith('\n'), () => "it says nothing");
        File.ReadAllText(output).ShouldBe("b'by the mapping' b'by the descriptor'\n");
    }

    private string Shell(string script) => hosts.On("h1", "sh", "-ec", script).Succeeds().Output;
}
