using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Yadokari.Cli.Streams;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using static Yadokari.Linux.Abi.Poll;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Cli.Top;

/// <summary>The terminal while <c>yado top</c> has it: a screen of its own, without a cursor, whose keys come one by one. It is as it
/// was before whenever this program stands still or ends, whatever ends it (but for SIGKILL).</summary>
public sealed class TopTerminal : IDisposable
{
    // The other screen, no cursor, lines are cut and not continued below (xterm's control sequences).
    private const string EnterScreen = "\e[?1049h\e[?25l\e[?7l";
    private const string LeaveScreen = "\e[0m\e[?7h\e[?25h\e[?1049l";
    private static readonly TimeSpan RestOfKey = TimeSpan.FromMilliseconds(50);
    private static readonly SafeFileHandle Input = new(0, ownsHandle: false);

    private readonly Lock _gate = new();
    private readonly OwnTerminal? _terminal = OwnTerminal.Open();
    private readonly bool _colours;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private bool _shown;

    /// <param name="colours">Without, lines differ by brightness and by being reversed only.</param>
    /// <param name="redraw">Called when the window has another size, or the screen was left meanwhile.</param>
    public TopTerminal(bool colours, Action redraw)
    {
        _colours = colours;
        AppDomain.CurrentDomain.ProcessExit += LeaveAtEnd;
        Register(PosixSignal.SIGWINCH, redraw);
        Register(PosixSignal.SIGTSTP, () =>
        {
            Leave();
            Signals.Send(Environment.ProcessId, SIGSTOP);
        });
        Register(PosixSignal.SIGCONT, () =>
        {
            Enter();
            redraw();
        });
        Enter();
    }

    /// <summary>Keys until the input ends, which is when there is none, too. Never ends by itself on a terminal.</summary>
    public void ReadKeys(Action<TopKey> pressed)
    {
        if (_terminal is null)
        {
            return;
        }

        KeyReader reader = new();
        byte[] buffer = new byte[256];
        while (true)
        {
            // A key that sends several bytes sends them together: what stays half is the Escape key.
            bool more = !reader.IsHalf || Descriptor.Poll(Input, POLLIN, RestOfKey) != 0;
            int count = more ? StandardStream.Read(0, buffer) : 0;
            if (more && count == 0)
            {
                return;
            }

            foreach (TopKey key in more ? reader.Read(buffer.AsSpan(0, count)) : reader.Flush())
            {
                pressed(key);
            }
        }
    }

    /// <summary>Draws what <paramref name="draw"/> makes of the window's size.</summary>
    public void Show(Func<int, int, IReadOnlyList<TopLine>> draw)
    {
        (int rows, int columns) = OwnTerminal.Size;
        // A terminal that does not tell its size has that of the first ones.
        IReadOnlyList<TopLine> lines = draw(columns > 0 ? columns : 80, rows > 0 ? rows : 24);
        StringBuilder text = new("\e[H");
        for (int line = 0; line < lines.Count; line++)
        {
            text.Append(line == 0 ? "" : "\r\n").Append(Begin(lines[line].Look)).Append(lines[line].Text).Append("\e[K\e[0m");
        }

        text.Append("\e[J");
        lock (_gate)
        {
            if (_shown)
            {
                StandardStream.Write(1, Encoding.UTF8.GetBytes(text.ToString()));
            }
        }
    }

    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        Leave();
        AppDomain.CurrentDomain.ProcessExit -= LeaveAtEnd;
        _terminal?.Dispose();
    }

    private string Begin(TopLook look) => look switch
    {
        TopLook.Heading => "\e[1m",
        TopLook.Chosen => "\e[7m",
        TopLook.Active => _colours ? "\e[33m" : "\e[1m",
        TopLook.Trouble => _colours ? "\e[31m" : "\e[1m",
        TopLook.Quiet => "\e[2m",
        _ => "",
    };

    private void Enter()
    {
        lock (_gate)
        {
            _terminal?.ReadKeys();
            if (!_shown)
            {
                _shown = StandardStream.Write(1, Encoding.ASCII.GetBytes(EnterScreen));
            }
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (_shown)
            {
                _shown = false;
                StandardStream.Write(1, Encoding.ASCII.GetBytes(LeaveScreen));
            }

            _terminal?.PutBack();
        }
    }

    private void LeaveAtEnd(object? sender, EventArgs e) => Leave();

    private void Register(PosixSignal signal, Action act) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            _ = Task.Run(act);
        }));
}
