using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Filling;

namespace Yadokari.Engine.Tests.Resume;

/// <summary>Writes a context file as the host does to which a job moves, with a process that is filled meanwhile.</summary>
internal sealed class FillingSink : IImageSink, IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly SafeFileHandle _writing;
    private readonly SafeFileHandle _reading;
    private readonly SafeFileHandle _exit;

    public FillingSink(string path)
    {
        Path = path;
        _writing = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
        File.SetUnixFileMode(path, Private);
        _reading = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        _exit = File.OpenHandle(path + ".exit", FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
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
            Filler = JobFiller.TryStart(told, _reading, _exit);
        }
        else
        {
            Filler.Update(told);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_writing, bytes, offset);
        Filler?.Written(offset, bytes.Length);
    }

    public void Flush()
    {
        Load();
        Flushed();
    }

    public void Load() => Filler?.Load();

    /// <summary>Nothing more is written.</summary>
    public void Close() => _writing.Dispose();

    public void Dispose()
    {
        Filler?.Dispose();
        _writing.Dispose();
        _reading.Dispose();
        _exit.Dispose();
    }
}
