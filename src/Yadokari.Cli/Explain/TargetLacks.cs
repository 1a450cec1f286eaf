namespace Yadokari.Cli.Explain;

internal static class TargetLacks
{
    public static IReadOnlyList<Explanation> All { get; } =
    [
        new("cpu-feature", "The target's processor lacks an extension that the job may use: every one that its host had when it started.", "Choose another target, or start the job for older processors: yado run --cpu v2 (or baseline, v3)."),
        new("cpu-state", "The target's processor keeps register state in another place.", "Choose a target with a processor of the same kind."),
        new("missing-file", "A file that the job has open or mapped by its path is not there.", "Copy it there, keep it where both hosts see it, or let the job take it along (pms_travels)."),
        new("short-file", "A file that the job has open is shorter there than it was at the checkpoint: bytes that it has read or written are missing.", "Copy it there, or keep it where both hosts see it."),
        new("other-file", "What has that path there is another thing than the job has open: no regular file, or an older state of a file that travels.", "Move it out of the way and copy the right one there."),
        new("missing-directory", "A directory that the job is in, or has open, is not there.", "Make it there: mkdir -p."),
        new("missing-address", "A socket of the job has an address that the target does not have.", "Bind to all addresses (0.0.0.0, ::), or give the target that address."),
        new("missing-interface", "A socket of the job is bound to a network interface that the target does not have.", "Bind to an address, or choose a host that has that interface."),
        new("taken-port", "A port that the job listens on is taken on the target.", "End what has it there, or choose another host."),
        new("privileged-port", "The job listens on a port that whoever resumes may not have there.", "Resume it as root, or lower net.ipv4.ip_unprivileged_port_start there."),
        new("other-user", "Whoever resumes is neither root nor the job's user.", "Resume it as the job's user or as root."),
    ];
}
