namespace Yadokari.Protocol.Hosts;

/// <summary>What this daemon finds permitted and what not.</summary>
/// <param name="Home">Its home directory.</param>
public sealed record DoctorInfo(HostInfo Host, string Home, int DaemonPid, IReadOnlyList<DoctorCheck> Checks);
