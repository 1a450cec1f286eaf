using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Descriptors;
using Yadokari.Protocol.Streams;

namespace Yadokari.Cli.Streams;

/// <summary>The terminal that this process was started in: changed while a job's terminal or another screen is shown in it, and put back at the end, whatever
/// that is.</summary>
public sealed class OwnTerminal : IDisposable
{
    private static readonly SafeFileHandle Input = new(0, ownsHandle: false);
    private static readonly SafeFileHandle Output = new(1, ownsHandle: false);
    private readonly Lock _gate = new();
    private readonly byte[] _before;
    private bool _changed;

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

    public void MakeRaw() => Set(new TerminalSettings(_before).Raw());

    /// <summary>Keys come one by one and are not shown; those of signals stay.</summary>
    public void ReadKeys() => Set(new TerminalSettings(_before).ForKeys());

    public void PutBack() => Set(null);

    public void Dispose()
    {
        PutBack();
        AppDomain.CurrentDomain.ProcessExit -= PutBackAtEnd;
    }

    private void PutBackAtEnd(object? sender, EventArgs e) => PutBack();

    /// <param name="settings">Null: as it was.</param>
    private void Set(byte[]? settings)
    {
        lock (_gate)
        {
            if (settings is not null || _changed)
            {
                Terminal.SetSettings(Input, settings ?? _before);
            }
            _changed = settings is not null;
        }
    }
}
