using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary><c>yado ps --tree</c> and <c>yado drain --dry-run</c> on one machine.</summary>
public sealed class JobTreeTests : IDisposable
{
    private readonly OwnDaemon _daemon = new();

    [Fact]
    public void A_job_is_shown_with_its_processes_below_it()
    {
        _daemon.Run("run", "--detach", "--name", "family", "--", "sh", "-c", "sh -c 'sleep 1000; :' & wait").Succeeds();
        Until.Holds(() => Processes().Length == 3, () => _daemon.Run("ps", "--tree").Output);

        JsonElement[] processes = Processes();
        processes.Select(p => p.GetProperty("name").GetString()).ShouldBe(["sh", "sh", "sleep"]);
        processes.Skip(1).Select(p => p.GetProperty("parent").GetInt32()).ShouldBe(processes.Take(2).Select(p => p.GetProperty("pid").GetInt32()));
        _daemon.Run("ps", "--tree").Succeeds().Output.ShouldContain("    └ sleep");
        _daemon.Run("ps", "--tree", "--quiet").Refuses(2, "not both");
    }

    [Fact]
    public void A_drain_is_foreseen_with_its_obstacles_and_touches_nothing()
    {
        _daemon.Run("run", "--detach", "--name", "plain", "--", "sleep", "1000").Succeeds();
        using TcpListener outside = new(IPAddress.Loopback, 0);
        outside.Start();
        _daemon.Run("run", "--detach", "--name", "bound", "--", "python3", "-c",
            $"import socket, time\na = socket.create_connection(('127.0.0.1', {((IPEndPoint)outside.LocalEndpoint).Port}))\ntime.sleep(1000)").Succeeds();
        Until.Holds(() => Foreseen().Status == 3, () => Foreseen().Output);

        JsonElement jobs = JsonDocument.Parse(_daemon.Run("drain", "--self", "--dry-run", "--json").Output).RootElement.GetProperty("jobs");

        jobs.EnumerateArray().Single(j => j.GetProperty("name").GetString() == "plain").GetProperty("outcome").GetString().ShouldBe("saved");
        JsonElement bound = jobs.EnumerateArray().Single(j => j.GetProperty("name").GetString() == "bound");
        bound.GetProperty("outcome").GetString().ShouldBe("kept");
        bound.GetProperty("obstacles").EnumerateArray().Select(o => o.GetProperty("name").GetString()).ShouldContain("tcp-connection");
        _daemon.Ids().Length.ShouldBe(2);
        _daemon.Run("host", "status").Succeeds().Output.ShouldContain("yes");
    }

    public void Dispose() => _daemon.Dispose();

    private Ending Foreseen() => _daemon.Run("drain", "--self", "--dry-run");

    private JsonElement[] Processes() =>
        [.. JsonDocument.Parse(_daemon.Run("ps", "--tree", "--json").Succeeds().Output).RootElement[0].GetProperty("processes").EnumerateArray()];
}
