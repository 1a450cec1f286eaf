namespace Yadokari.Protocol.Services;

/// <summary>Where a service is, as a daemon knows it.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Host">Name of the host.</param>
/// <param name="Address">ADDR:PORT for HTTP/1.1.</param>
/// <param name="Http2Address">ADDR:PORT for HTTP/2 without TLS.</param>
/// <param name="Epoch">The answer with the highest one is the true one.</param>
public sealed record ServicePlace(string Service, string Host, string Address, string Http2Address, int Epoch);
