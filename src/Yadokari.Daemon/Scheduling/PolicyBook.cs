using System.Text.Json;
using Yadokari.Daemon.Store;
using Yadokari.Protocol;
using Yadokari.Protocol.Scheduling;
using Yadokari.Scheduling.Choosing;

namespace Yadokari.Daemon.Scheduling;

/// <summary>The placement policy that holds, kept across restarts. The choice with the highest revision wins on every host.
/// Thread-safe.</summary>
/// <param name="onWords">Told what a policy's program says.</param>
public sealed class PolicyBook(HostDatabase database, Action<string> onWords) : IDisposable
{
    private const string Key = "policy";
    private static readonly ChoosePolicy Unchosen = new("none", new Dictionary<string, string>(), 0);

    private readonly Lock _lock = new();
    private (ChoosePolicy Choice, PolicyChoice Made) _held = Load(database, onWords);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What other hosts have chosen holds here, too.</summary>
    public bool AcceptsOfOthers { get; init; } = true;

    public ChoosePolicy Choice
    {
        get
        {
            lock (_lock)
            {
                return _held.Choice;
            }
        }
    }

    /// <summary>Completes when another policy is chosen. Fetch it before looking at the choice.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>The policy and its choice; used by one round at a time.</summary>
    public (ChoosePolicy Choice, PolicyChoice Made) Held
    {
        get
        {
            lock (_lock)
            {
                return _held;
            }
        }
    }

    /// <summary>A user's choice: it becomes the newest.</summary>
    /// <exception cref="PolicyChoiceException">No such policy or setting, or it names a program that another user could
    /// have put there.</exception>
    public ChoosePolicy Choose(ChoosePolicy choice)
    {
        RequireOwnProgram(choice);
        long clock = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        lock (_lock)
        {
            // Above every earlier one, also when the clock was set back.
            return Take(choice with { Revision = Math.Max(clock, _held.Choice.Revision + 1) });
        }
    }

    /// <summary>Another host's choice: taken when it is newer.</summary>
    /// <exception cref="PolicyChoiceException">Made by a version that knows more policies, or it names a program that
    /// another user of this host could have put there.</exception>
    public void Adopt(ChoosePolicy choice)
    {
        RequireOwnProgram(choice);
        lock (_lock)
        {
            if (choice.Revision > _held.Choice.Revision)
            {
                Take(choice);
            }
        }
    }

    public void Dispose() => (_held.Made.Policy as IDisposable)?.Dispose();

    private static void RequireOwnProgram(ChoosePolicy choice)
    {
        if (choice.Name == PolicyMaker.Program && choice.Settings.GetValueOrDefault(PolicyMaker.Path) is ['/', ..] path)
        {
            ProgramOwner.Require(path);
        }
    }

    private ChoosePolicy Take(ChoosePolicy choice)
    {
        // The old policy's program ends with the round that may be under way (SchedulerLoop disposes what it no longer holds).
        _held = (choice, PolicyMaker.Make(choice, onWords));
        database.Set(Key, JsonSerializer.Serialize(choice, ProtocolJson.Default.ChoosePolicy));
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
        return choice;
    }

    private static (ChoosePolicy, PolicyChoice) Load(HostDatabase database, Action<string> onWords)
    {
        string kept = database.GetOrAdd(Key, () => JsonSerializer.Serialize(Unchosen, ProtocolJson.Default.ChoosePolicy));
        try
        {
            ChoosePolicy choice = JsonSerializer.Deserialize(kept, ProtocolJson.Default.ChoosePolicy) ?? Unchosen;
            return (choice, PolicyMaker.Make(choice, onWords));
        }
        catch (Exception failure) when (failure is PolicyChoiceException or JsonException)
        {
            onWords($"the placement policy that was chosen is not known to this version, and none is used: {failure.Message}");
            return (Unchosen, PolicyMaker.Make(Unchosen));
        }
    }
}
