using Microsoft.Win32.SafeHandles;
using Shouldly;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Resume;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Tests.Resume;

/// <summary>A python program that says "ready" and then answers each line, started, saved and prepared to resume by the engine's
/// public path. Its files are gone at the end.</summary>
internal sealed class TalkingProgram(string source) : IDisposable
{
    public static readonly CaptureOptions Options = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("yadokari-resume-").FullName;

    /// <summary>The wait status, when it has ended.</summary>
    public SafeFileHandle Exit { get; } = MemoryFile.Create("exit");

    public void Dispose()
    {
        Exit.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    public int Start(Talker talker, params string[] arguments)
    {
        int pid = ChildProcess.Start(new SpawnRequest
        {
            Program = "/usr/bin/python3",
            Arguments = ["python3", "-c", source, .. arguments],
            Environment = ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"],
            Descriptors = [talker.Pair.Child, talker.Pair.Child, null],
            NewSession = true,
        });
        talker.Pair.Child.Dispose();
        talker.Hear().ShouldBe("ready");
        return pid;
    }

    public string Save(int pid, bool kill, int threads = 1)
    {
        string path = Path.Combine(Folder, $"{Guid.NewGuid():N}.ctx");
        using CheckpointSession session = CheckpointSession.Open(pid, Options);
        using FileContextWriter file = FileContextWriter.Create(path);
        session.Freeze();
        CaptureReport report = session.Capture(file);
        file.Commit();
        report.FileLength.ShouldBe(new FileInfo(path).Length);
        report.Threads.ShouldBe(threads);
        if (kill)
        {
            session.Kill();
        }

        return path;
    }

    public HeldProcess Prepare(string path, Talker talker, bool ownNamespaces = false)
    {
        HeldProcess held = HeldProcess.Prepare(path, new ResumeOptions
        {
            StandardInput = talker.Pair.Child,
            StandardOutput = talker.Pair.Child,
            ExitStatusFile = Exit,
            OwnNamespaces = ownNamespaces,
        });
        talker.Pair.Child.Dispose();
        return held;
    }
}
