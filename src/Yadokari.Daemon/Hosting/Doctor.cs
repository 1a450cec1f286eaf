using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Hosting;

/// <summary>What this daemon finds permitted on its host, and what not.</summary>
public sealed class Doctor(HostFacts facts, HomeDirectory home, HostSelf self, Trust.Acceptance acceptance)
{
    private const long LittleSpace = 1L << 30;

    public DoctorInfo Look()
    {
        HostInfo host = facts.Read();
        return new DoctorInfo(host, home.Path, Environment.ProcessId,
        [
            new("address", self.Address is not null, self.Address is { } address
                ? $"other hosts reach it at {address}"
                : "it listens to no other host: give it a certificate ('yado cluster') and start it with 'yado host --listen ADDR:PORT'"),
            new("others", true, $"other hosts may ask of it: {acceptance}"),
            new("space", host.DiskFree >= LittleSpace, $"{host.DiskFree >> 20} MiB are free for images in {home.Images}"),
            new("cluster", self.Fence() is null, self.Fence() ?? "nothing keeps it from taking and moving jobs"),
            Namespaces(),
            PtraceScope(),
            new("draining", !host.Draining, host.Draining ? $"it takes no jobs: 'yado undrain {host.Name}' changes that" : "it takes jobs"),
        ]);
    }

    private DoctorCheck Namespaces()
    {
        if (self.Uid == 0)
        {
            return new("namespaces", true, "root makes pid and time namespaces");
        }
        const string path = "/proc/sys/user/max_user_namespaces";
        bool ok = !File.Exists(path) || File.ReadAllText(path).Trim() != "0";
        return new("namespaces", ok, ok ? "users make user namespaces" : $"user namespaces are forbidden: set {path}");
    }

    private DoctorCheck PtraceScope()
    {
        const string path = "/proc/sys/kernel/yama/ptrace_scope";
        string scope = File.Exists(path) ? File.ReadAllText(path).Trim() : "0";
        bool ok = scope == "0" || (self.Uid == 0 && scope != "3");
        return new("ptrace", ok, ok ? "processes of the same user can be checkpointed" : $"{path} is {scope}: only jobs started by yado can be checkpointed");
    }
}
