using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Filling;

namespace Yadokari.Engine.Tests.Resume;

/// <summary>Writes a context file as the host does to which a job moves, with a process that is filled meanwhile.</summary>
internal sealed class FillingSink : IImageSink, IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly SafeFileHandle writing;
    private readonly SafeFileHandle reading;
    private readonly SafeFileHandle exit;

    public FillingSink(string path)
    {
        Path = path;
        writing = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
        File.SetUnixFileMode(path, Private);
        reading = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        exit = File.OpenHandle(path + ".exit", FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
    }

    public string Path { get; }

    public JobFiller? Filler { get; private set; }

    public int Told { get; private set; }

    /// <summary>Called behind each round.</summary>
    public Action Flushed { get; init; } = () => { };

    public bool WantsLayout => true;

    public void Tell(ReadOnlySpan<byte> layout)
    {
        Told++;
        FillLayout told = FillLayout.Read(layout, 1L << 40);
        if (Filler is null)
        {
            Filler = JobFiller.TryStart(told, reading, exit);
        }
        else
        {
            Filler.Update(told);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(writing, bytes, offset);
        Filler?.Written(offset, bytes.Length);
    }

    public void Flush()
    {
        Load();
        Flushed();
    }

    public void Load() => Filler?.Load();

    /// <summary>Nothing more is written.</summary>
    public void Close() => writing.Dispose();

    public void Dispose()
    {
        Filler?.Dispose();
        writing.Dispose();
        reading.Dispose();
        exit.Dispose();
    }
}
