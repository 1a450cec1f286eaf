using System.Runtime.InteropServices;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Cli.Streams;

/// <summary>What signals of this process mean while a job's terminal is shown in its own.</summary>
public sealed class TerminalSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <param name="leave">It is to end; the job is not.</param>
    /// <param name="resized">The window may have another size.</param>
    /// <param name="passOn">A signal is the job's.</param>
    public TerminalSignals(OwnTerminal? terminal, Action<PosixSignal> leave, Action resized, Action<int> passOn)
    {
        Register(PosixSignal.SIGHUP, () => leave(PosixSignal.SIGHUP));
        Register(PosixSignal.SIGTERM, () => leave(PosixSignal.SIGTERM));
        // Keys arrive as bytes: these were sent by somebody.
        Register(PosixSignal.SIGINT, () => passOn(SIGINT));
        Register(PosixSignal.SIGQUIT, () => passOn(SIGQUIT));
        Register(PosixSignal.SIGWINCH, resized);
        Register(PosixSignal.SIGTSTP, () =>
        {
            terminal?.PutBack();
            Signals.Send(Environment.ProcessId, SIGSTOP);
        });
        Register(PosixSignal.SIGCONT, () =>
        {
            terminal?.MakeRaw();
            resized();
        });
    }

    public void Dispose() => _registrations.ForEach(r => r.Dispose());

    private void Register(PosixSignal signal, Action act) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            _ = Task.Run(act);
        }));
}
