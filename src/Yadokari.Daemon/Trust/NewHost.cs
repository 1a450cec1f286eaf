using System.Net;
using Yadokari.Daemon.Hosting;

namespace Yadokari.Daemon.Trust;

/// <summary>A home on this machine that shall get a certificate.</summary>
/// <param name="Addresses">Where other hosts reach it.</param>
public sealed record NewHost(HomeDirectory Home, string Name, IReadOnlyList<IPAddress> Addresses);
