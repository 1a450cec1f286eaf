using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Descriptors;
using Yadokari.Protocol.Streams;
using static Yadokari.Linux.Abi.Poll;

namespace Yadokari.Daemon.Streams;

/// <summary>Puts what was typed into a terminal whose program does not run: nothing is echoed again, no signal is sent, lines stay
/// lines, and an incomplete one stays incomplete.</summary>
internal static class TerminalRefill
{
    private const byte UsualEnd = 4; // ^D

    /// <summary>What the line discipline holds (N_TTY_BUF_SIZE in n_tty.c, less one).</summary>
    private const int Most = 4095;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <returns>What did not fit.</returns>
    public static byte[] Put(SafeFileHandle master, SafeFileHandle slave, RelayedTerminal state)
    {
        if (state.Settings.Length != Terminal.SettingsLength || (state.Lines.Count == 0 && state.Rest.Length == 0))
        {
            return [];
        }
        TerminalSettings modes = new(state.Settings);
        bool canonical = modes.IsCanonical;
        byte[] typed = [.. state.Lines.SelectMany(l => l), .. state.Rest];
        // A line that does not end by itself was ended by the key for the end of file, which is not part of it.
        byte end = (byte?)Enumerable.Range(1, byte.MaxValue).Cast<int?>().FirstOrDefault(c => c != TerminalSettings.NewLine && !typed.Contains((byte)c!)) ?? UsualEnd;
        List<byte> data = [];
        int whole = 0;
        int ends = 0;
        foreach (byte[] line in canonical ? state.Lines : [])
        {
            if (data.Count + line.Length >= Most)
            {
                break;
            }
            data.AddRange(line);
            whole += line.Length;
            if (line.Length == 0 || line[^1] != TerminalSettings.NewLine)
            {
                data.Add(end);
                ends++;
            }
        }
        byte[] behind = typed[(canonical ? whole : 0)..];
        int room = Math.Min(behind.Length, Most - data.Count);
        data.AddRange(behind.AsSpan(0, room));
        Terminal.SetSettings(slave, canonical ? modes.ForFillingLines(end) : modes.Raw());
        TerminalPair.Write(master, data.ToArray());
        // The kernel hands it on in a thread of its own. What is echoed has arrived.
        Await(master, slave, canonical ? data.Count - ends : 0, canonical ? whole : data.Count);
        Terminal.SetSettings(slave, state.Settings);
        return behind[room..];
    }

    private static void Await(SafeFileHandle master, SafeFileHandle slave, int echoed, int waiting)
    {
        Span<byte> echo = stackalloc byte[1024];
        Stopwatch watch = Stopwatch.StartNew();
        while ((echoed > 0 || Terminal.GetWaiting(slave) < waiting) && watch.Elapsed < Patience)
        {
            short ready = Descriptor.Poll(master, echoed > 0 ? POLLIN : (short)0, TimeSpan.FromMilliseconds(1));
            if (echoed > 0 && (ready & POLLIN) != 0)
            {
                echoed -= TerminalPair.Read(master, echo[..Math.Min(echo.Length, echoed)]);
            }
        }
    }
}
