using Yadokari.Daemon.Moves;
using Yadokari.Protocol;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <content>What is copied while calls run.</content>
public sealed partial class ServiceMoveSource
{
    /// <summary>A round of so few bytes leaves less than a millisecond of changes.</summary>
    private const int FewBytes = 16 << 10;

    private async Task<long> CopyAheadAsync(
        InstanceControl control, HttpServiceTarget target, MoveRecord move, ServicePlace place, IProgress<MoveProgress> progress, CancellationToken cancellation)
    {
        ControlCommand command = new(ControlVerb.SaveAhead) { DecisionPath = DecisionPath(move), Place = place };
        return await CopyAsync(control, command, move, 1, state => target.SendStateAsync(move.Id, state, cancellation), progress, cancellation).ConfigureAwait(false);
    }

    /// <summary>Copies what changed meanwhile, again and again, until little is left, or it does not become less: the program writes as
    /// fast as it can be copied.</summary>
    private async Task<(int Rounds, long Bytes)> CopyRoundsAsync(
        InstanceControl control, HttpServiceTarget target, MoveRecord move, IProgress<MoveProgress> progress, CancellationToken cancellation)
    {
        ControlCommand command = new(ControlVerb.SaveRound);
        long all = 0;
        long before = long.MaxValue;
        for (int round = 1; ; round++)
        {
            long bytes = await CopyAsync(
                control, command, move, round + 1, state => target.SendRoundAsync(move.Id, state, cancellation), progress, cancellation).ConfigureAwait(false);
            all += bytes;
            await FaultPoint.PassAsync($"round-{round}").ConfigureAwait(false);
            if (bytes <= FewBytes || bytes > before / 4 * 3 || round == Limits.MaxStateRounds)
            {
                return (round, all);
            }
            before = bytes;
        }
    }

    /// <summary>By a file: it may be larger than the daemon wants to hold in memory.</summary>
    private async Task<long> CopyAsync(
        InstanceControl control, ControlCommand command, MoveRecord move, int round, Func<Stream, Task> send, IProgress<MoveProgress> progress,
        CancellationToken cancellation)
    {
        await using FileStream state = new(home.Image(move.Id) + ".ahead", new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await control.CollectAsync(command, state, cancellation).ConfigureAwait(false);
        long bytes = state.Position;
        state.Position = 0;
        progress.Report(new MoveProgress { Phase = MovePhase.Copying, Round = round, Total = bytes });
        if (round == 1 || bytes > 0)
        {
            await send(state).ConfigureAwait(false);
        }
        progress.Report(new MoveProgress { Phase = MovePhase.Copying, Round = round, Bytes = bytes, Total = bytes });
        return bytes;
    }
}
