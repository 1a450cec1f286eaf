namespace Yadokari.Cli.Lab;

/// <summary>One virtual host: where its files are and who its init is.</summary>
/// <param name="Number">From 1; the host is called h1, h2 …</param>
/// <param name="Directory">Its part of the lab's directory.</param>
public sealed record LabHost(int Number, string Directory)
{
    public string Name => $"h{Number}";

    public string Address => $"{VirtualLab.Subnet}.{Number}";

    /// <summary>The home directory of the host's user; YADO_HOME lies in it.</summary>
    public string Home => Path.Combine(Directory, "home");

    public string YadoHome => Path.Combine(Home, ".yado");

    public string Log => Path.Combine(Directory, "host.log");

    /// <summary>The host's pid 1, as the machine sees it; null when the host is not up.</summary>
    public ProcessIdentity? Init => ProcessIdentity.ReadFile(Path.Combine(Directory, "init.pid")) is { IsAlive: true } init ? init : null;
}
