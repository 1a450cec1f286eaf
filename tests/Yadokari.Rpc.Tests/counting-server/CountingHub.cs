using Microsoft.AspNetCore.SignalR;

namespace CountingServer;

/// <summary>The same counts over SignalR.</summary>
internal sealed class CountingHub(Counts counts) : Hub
{
    public int Add(string key) => counts.Add(key);
}
