namespace Yadokari.Cli.Explain;

internal static class Refusals
{
    public static IReadOnlyList<Explanation> All { get; } =
    [
        new("protocol-version", "The two daemons speak different protocols.", "Install the same version of yado on both, and restart the daemons: yado host restart."),
        new("yado-version", "The two daemons are of different builds. What is sent of a running process is not promised to be the same in both.", "Install the same version on both and restart the daemons; or carry the job over as a context file (yado checkpoint, yado resume)."),
        new("draining", "The host is being emptied, or was, and takes no jobs.", "yado undrain HOST."),
        new("no-cluster", "The host has lost contact with the cluster's store and may not take or move jobs. What runs there runs on.", "It goes on by itself when the store answers: look at its network, and at etcd."),
        new("user", "The target's daemon runs jobs of another user: a job of root's moves between root's daemons, a user's between that user's.", "Start a daemon of the job's user there."),
        new("same-host", "The job is on that host already.", "Nothing, or choose another one."),
        new("duplicate", "The host has that job already, or has had a later state of it.", "See where it is: yado ps --all."),
        new("memory", "The host has less free memory than the job needs.", "Choose another one, or end something there."),
        new("limits", "The host can't give the job the limits it was started with (run --memory, --cpus): its daemon may not make control groups, or its jobs share one.", "Choose another one; or start its daemon as root, or as a systemd unit with Delegate=yes, and without YADO_JOB_CGROUP."),
        new("disk", "The host has less free space than the job's image or the service's program needs, in the daemon's home.", "Make room there (yado prune), or give the daemon a larger home (YADO_HOME)."),
        new("busy", "As many others are on their way there as it takes at once.", "Ask again when they have arrived."),
    ];
}
