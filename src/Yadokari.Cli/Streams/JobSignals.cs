using System.Runtime.InteropServices;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Cli.Streams;

/// <summary>Passes this process' signals on to its foreground job. A stop stops both, and so does going on.</summary>
public sealed class JobSignals : IDisposable
{
    private readonly YadoClient _host;
    private readonly JobInfo _job;
    private readonly Action _giveUp;
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <param name="giveUp">Called when a signal that is meant to end the job can't reach it.</param>
    public JobSignals(YadoClient host, JobInfo job, Action giveUp)
    {
        (_host, _job, _giveUp) = (host, job, giveUp);
        Register(PosixSignal.SIGHUP, () => PassOnAsync(1));
        Register(PosixSignal.SIGINT, () => PassOnAsync(2));
        Register(PosixSignal.SIGQUIT, () => PassOnAsync(3));
        Register(PosixSignal.SIGTERM, () => PassOnAsync(15));
        Register(PosixSignal.SIGTSTP, StopBothAsync);
        Register(PosixSignal.SIGCONT, GoOnAsync);
    }

    /// <summary>Stops this process until it may read its terminal: else its job would read the same keyboard as the shell.</summary>
    public static void AwaitForeground()
    {
        while (Terminal.IsOfAnotherGroup(0))
        {
            Console.Error.WriteLine("yado: the job reads this terminal: 'fg' lets it go on");
            Signals.Send(Environment.ProcessId, SIGSTOP);
        }
    }

    public void Dispose() => _registrations.ForEach(r => r.Dispose());

    private void Register(PosixSignal signal, Func<Task> act) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            _ = Task.Run(act);
        }));

    private async Task<bool> PassOnAsync(int signal)
    {
        try
        {
            await _host.SignalAsync(_job.Id, signal, group: true);
            return true;
        }
        catch (YadoException failure)
        {
            // Typically it has just ended, which the waiting side reports; else the user must know.
            Console.Error.WriteLine($"yado: signal {signal} did not reach {_job.Name}: {failure.Message}");
            if (failure.Unreachable && signal is not (SIGSTOP or SIGCONT))
            {
                _giveUp();
            }
            return false;
        }
    }

    /// <summary>The job first: should it not hear of it, neither stops.</summary>
    private async Task StopBothAsync()
    {
        if (await PassOnAsync(SIGSTOP))
        {
            Signals.Send(Environment.ProcessId, SIGSTOP);
        }
    }

    private async Task GoOnAsync()
    {
        if (_job.Streams == JobStreams.Inherit)
        {
            AwaitForeground();
        }
        await PassOnAsync(SIGCONT);
    }
}
