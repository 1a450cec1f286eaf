namespace Yadokari.Protocol;

/// <summary>The paths of the daemons' API. <c>{job}</c> is an id or a name.</summary>
public static class Routes
{
    public const string Host = "/v1/host";
    public const string Hosts = "/v1/hosts";
    public const string Greet = "/v1/greet";
    public const string Doctor = "/v1/doctor";
    public const string Drain = "/v1/host/drain";
    public const string Undrain = "/v1/host/undrain";
    public const string Stop = "/v1/host/stop";
    public const string Load = "/v1/host/load";
    public const string Owner = "/v1/host/owner";
    public const string Policy = "/v1/policy";

    /// <summary>Figures as Prometheus reads them.</summary>
    public const string Metrics = "/metrics";
    public const string Health = "/healthz";

    public const string Jobs = "/v1/jobs";
    public const string Job = "/v1/jobs/{job}";
    public const string Processes = "/v1/jobs/{job}/processes";
    public const string Wait = "/v1/jobs/{job}/wait";
    public const string Logs = "/v1/jobs/{job}/logs";
    public const string StreamOutput = "/v1/jobs/{job}/streams/output";
    public const string StreamInput = "/v1/jobs/{job}/streams/input";
    public const string StreamClose = "/v1/jobs/{job}/streams/close";
    public const string StreamAttach = "/v1/jobs/{job}/streams/attach";
    public const string StreamDetach = "/v1/jobs/{job}/streams/detach";
    public const string StreamSize = "/v1/jobs/{job}/streams/size";
    public const string Signal = "/v1/jobs/{job}/signal";
    public const string Checkpoint = "/v1/jobs/{job}/checkpoint";
    public const string CheckJob = "/v1/jobs/{job}/check";
    public const string MoveJob = "/v1/jobs/{job}/move";
    public const string Resume = "/v1/resume";
    public const string Adopt = "/v1/adopt";

    public const string Moves = "/v1/moves";
    public const string ForeseeMove = "/v1/moves/foresee";
    public const string Move = "/v1/moves/{move}";
    public const string MoveImage = "/v1/moves/{move}/image";
    public const string MoveRound = "/v1/moves/{move}/rounds/{round}";
    public const string MovePrepare = "/v1/moves/{move}/prepare";
    public const string MoveRelease = "/v1/moves/{move}/release";
    public const string MoveAbort = "/v1/moves/{move}/abort";

    public const string ClusterAuthority = "/v1/cluster/authority";
    public const string ClusterJoin = "/v1/cluster/join";
    public const string ClusterRenew = "/v1/cluster/renew";
    public const string ClusterRevoked = "/v1/cluster/revoked";

    public const string Services = "/v1/services";
    public const string Service = "/v1/services/{service}";
    public const string Program = "/v1/programs/{program}";
    public const string ServiceMoves = "/v1/service-moves";
    public const string ServiceMove = "/v1/service-moves/{move}";
    public const string ServiceStart = "/v1/service-moves/{move}/start";
    public const string ServiceState = "/v1/service-moves/{move}/state";
    public const string ServiceRound = "/v1/service-moves/{move}/round";
    public const string ServiceDelta = "/v1/service-moves/{move}/delta";
    public const string ServiceRelease = "/v1/service-moves/{move}/release";
    public const string ServiceAbort = "/v1/service-moves/{move}/abort";

    public const string RegisterProgram = "/v1/program/register";
    public const string ResumedProgram = "/v1/program/resumed";
    public const string CheckpointProgram = "/v1/program/checkpoint";

    /// <summary>Fills the one placeholder of a route.</summary>
    public static string Of(string route, string value)
    {
        int open = route.IndexOf('{');
        int close = route.IndexOf('}');
        return string.Concat(route.AsSpan(0, open), Uri.EscapeDataString(value), route.AsSpan(close + 1));
    }
}
