using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Descriptors;
using Yadokari.Protocol.Streams;

namespace Yadokari.Cli.Streams;

/// <summary>The terminal that this process was started in: raw while a job's terminal is shown in it, and put back at the end, whatever
/// that is.</summary>
public sealed class OwnTerminal : IDisposable
{
    private static readonly SafeFileHandle Input = new(0, ownsHandle: false);
    private static readonly SafeFileHandle Output = new(1, ownsHandle: false);
    private readonly Lock _gate = new();
    private readonly byte[] _before;
    private bool _raw;

    private OwnTerminal(byte[] before)
    {
        _before = before;
        AppDomain.CurrentDomain.ProcessExit += PutBackAtEnd;
    }

    /// <summary>Input and output are a terminal: there is one to be shown in.</summary>
    public static bool IsThere => Descriptor.IsTerminal(Input) && Descriptor.IsTerminal(Output);

    /// <summary>One like it, for a new job.</summary>
    public static RelayedTerminal Describe()
    {
        (int rows, int columns) = Size;
        return new RelayedTerminal
        {
            Settings = Terminal.GetSettings(Input) ?? [],
            Rows = rows,
            Columns = columns,
            ErrorsApart = !Descriptor.IsTerminal(new SafeFileHandle(2, ownsHandle: false)),
        };
    }

    public static (int Rows, int Columns) Size => Terminal.GetWindowSize(Output) ?? (0, 0);

    /// <summary>Null: the input is no terminal.</summary>
    public static OwnTerminal? Open() => Terminal.GetSettings(Input) is { } settings ? new OwnTerminal(settings) : null;

    public void MakeRaw() => Set(raw: true);

    public void PutBack() => Set(raw: false);

    public void Dispose()
    {
        PutBack();
        AppDomain.CurrentDomain.ProcessExit -= PutBackAtEnd;
    }

    private void PutBackAtEnd(object? sender, EventArgs e) => PutBack();

    private void Set(bool raw)
    {
        lock (_gate)
        {
            if (raw || _raw)
            {
                Terminal.SetSettings(Input, raw ? new TerminalSettings(_before).Raw() : _before);
            }
            _raw = raw;
        }
    }
}
