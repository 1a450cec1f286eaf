using Microsoft.Win32.SafeHandles;
using Shouldly;
using Xunit;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Context;
using Yadokari.Engine.Image;
using Yadokari.Engine.Restore;
using Yadokari.Engine.Resume;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Resume;

/// <summary>A program keeps the addresses of the vdso's functions: on a kernel with another vdso they must still work.</summary>
public sealed class AnotherVdsoTests : IDisposable
{
    private const string Program = """
        import os, sys, time
        last = time.monotonic()
        print("ready", flush=True)
        while not os.path.exists(sys.argv[1]):
            now = time.monotonic()
            if now < last or now - last > 600: sys.exit("the clock jumped from %f to %f" % (last, now))
            last = now
        print("went on", time.time() > 1e9, flush=True)
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("yadokari-vdso-").FullName;

    [Fact]
    public void A_program_that_reads_the_clock_goes_on_where_the_vdso_is_another()
    {
        string output = Path.Combine(_directory, "out");
        string go = Path.Combine(_directory, "go");
        string context = Path.Combine(_directory, "job.ctx");
        int pid = Start(output, go);
        SpinWait.SpinUntil(() => File.ReadAllText(output).Contains("ready", StringComparison.Ordinal), TimeSpan.FromSeconds(60)).ShouldBeTrue();
        using (CheckpointSession session = CheckpointSession.Open(pid, new CaptureOptions()))
        using (SafeFileHandle file = File.OpenHandle(context, FileMode.CreateNew, FileAccess.ReadWrite))
        {
            session.Freeze();
            session.Capture(new Sink(file));
            session.Kill();
        }

        WithAnotherVdso(context);
        File.SetUnixFileMode(context, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using SafeFileHandle status = File.OpenHandle(Path.Combine(_directory, "status"), FileMode.CreateNew, FileAccess.ReadWrite);
        using HeldProcess held = HeldProcess.Prepare(context, new ResumeOptions { ExitStatusFile = status });
        held.Release();
        File.ReadAllText($"/proc/{held.Pid}/maps").ShouldNotContain("[vdso]");
        File.WriteAllText(go, "");
        ChildProcess.Wait(held.ShellPid).ShouldBe(0);
        File.ReadAllText(output).ShouldBe("ready\nwent on True\n");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static int Start(string output, string go)
    {
        using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using SafeFileHandle file = File.OpenHandle(output, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
        return ChildProcess.Start(new SpawnRequest
        {
            Program = "/usr/bin/python3",
            Arguments = ["python3", "-c", Program, go],
            Environment = [],
            Descriptors = [nothing, file, file],
            NewSession = true,
        });
    }

    /// <summary>Writes the end of the file anew, as if its kernel had had a vdso that differs in one byte of its header.</summary>
    private static void WithAnotherVdso(string path)
    {
        const int elfFlags = 48;
        TreeImage image = ContextFile.Open(path).Image;
        byte[] bytes = [.. image.Main.Memory.Vdso!.Bytes];
        bytes[elfFlags] ^= 1;
        image = image with { Processes = [image.Main with { Memory = image.Main.Memory with { Vdso = image.Main.Memory.Vdso with { Bytes = bytes } } }] };
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        long end = RandomAccess.GetLength(file);
        RandomAccess.SetLength(file, ContextWriter.Finish(image, PlanCompiler.Compile(image), new Sink(file), end));
    }

    private sealed class Sink(SafeFileHandle file) : IImageSink
    {
        public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(file, bytes, offset);
    }
}
