using System.Text.Json.Serialization;

namespace Yadokari.Protocol.Services;

/// <summary>What a daemon tells an instance of a service.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<ControlVerb>))]
public enum ControlVerb
{
    /// <summary>Say how you are.</summary>
    Hello,

    /// <summary>Held: call yourself until everything is compiled.</summary>
    WarmUp,

    /// <summary>Serving: send all of the state while calls run. Data and End come before the answer.</summary>
    SaveAhead,

    /// <summary>Serving, after <see cref="SaveAhead"/>: send what has changed since then or the last round, while calls run. Data and End
    /// come before the answer.</summary>
    SaveRound,

    /// <summary>Serving: tell the streaming calls, wait for their ends, cut those that last, and hold new ones; others run on.</summary>
    FinishStreams,

    /// <summary>Serving, after <see cref="SaveAhead"/>: wait for the calls that are in flight now, while others are served. The answer comes
    /// after <see cref="ControlCommand.PatienceMilliseconds"/> at the latest, and says how many are left.</summary>
    AwaitCalls,

    /// <summary>Serving: hold new calls, wait for those in flight, then send what has changed. Data and End come before the answer, unless calls are
    /// left: then nothing is sent.</summary>
    Drain,

    /// <summary>Held: take the state or a round of changes; Data and End follow the command.</summary>
    Restore,

    /// <summary>Held: take the changes; Data and End follow the command.</summary>
    RestoreDelta,

    /// <summary>Held: serve.</summary>
    Activate,

    /// <summary>Serving or drained: serve on, the move is given up.</summary>
    ServeOn,

    /// <summary>Drained: the service is elsewhere; say so to every call, then end.</summary>
    Moved,

    /// <summary>Moved: end at once, the service is coming back to this host.</summary>
    Leave,
}
