namespace Yadokari.Protocol.Hosts;

/// <param name="Name">What was looked at.</param>
/// <param name="Ok">It is as it should be.</param>
/// <param name="Detail">What was found, and what to do when it is not ok.</param>
public sealed record DoctorCheck(string Name, bool Ok, string Detail);
