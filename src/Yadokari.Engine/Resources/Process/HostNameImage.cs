namespace Yadokari.Engine.Resources.Process;

/// <summary>The names in a UTS namespace of the job's own.</summary>
/// <param name="Name">sethostname(2).</param>
/// <param name="Domain">setdomainname(2).</param>
public sealed record HostNameImage(string Name, string Domain);
