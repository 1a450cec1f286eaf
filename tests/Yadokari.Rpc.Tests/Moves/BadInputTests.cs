using Shouldly;
using Xunit;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Moves;

/// <summary>What can't be moved is refused in one clear line, and the source goes on serving. A second move during a move is in
/// <see cref="FaultTests"/>, forged and stale answers in FollowingTests.</summary>
public sealed class BadInputTests
{
    [Fact]
    public async Task State_over_the_bound()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync(new Dictionary<string, string> { ["MAX_STATE_BYTES"] = "2000" });
        await FillAsync(hosts, 500);

        await RefusesAsync(hosts, 1, "larger than 2000 bytes");
    }

    [Fact]
    public async Task State_that_does_not_fit_the_version_on_the_target()
    {
        string version = Path.GetTempFileName();
        File.WriteAllText(version, "2");
        await using TwoHosts hosts = await TwoHosts.StartAsync(new Dictionary<string, string> { ["FIT_VERSION"] = version });
        await using Load load = await Load.StartAsync(hosts);
        await load.FlowsAsync("the start");
        File.WriteAllText(version, "1");

        // Found under the pause: the calls that are held then are answered here.
        await RefusesAsync(hosts, 5, "state 'fit' is version 2, and this program knows 1");

        await load.FlowsAsync("a refused move");
        await load.NothingIsLostAndNothingRanTwiceAsync(filled: 1);
        File.Delete(version);
    }

    [Fact]
    public async Task A_target_without_the_runtime()
    {
        // Relative to the folder of the program, which is below the home of each host: only the first one has something there.
        await using TwoHosts hosts = await TwoHosts.StartAsync(
            new Dictionary<string, string> { ["DOTNET_ROOT"] = "../../runtime" },
            prepare: h =>
            {
                Directory.CreateSymbolicLink(Path.Combine(h.Files, "a", "runtime"), RuntimeRoot);
                Directory.CreateDirectory(Path.Combine(h.Files, "b", "runtime"));
            });

        await RefusesAsync(hosts, 5, "ended at its start on host hb", "install .NET");
    }

    [Fact]
    public async Task A_program_folder_that_was_changed_meanwhile()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        string folder = Directory.EnumerateDirectories(Path.Combine(hosts.Files, "a", "programs")).Single();
        File.AppendAllText(Path.Combine(folder, "counting-server.deps.json"), "\n");

        await RefusesAsync(hosts, 5, "was changed meanwhile, or damaged");
        Directory.EnumerateFileSystemEntries(Path.Combine(hosts.Files, "b", "programs")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_move_to_a_host_that_does_not_exist_or_has_it_already()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();

        await RefusesToAsync(hosts, "nowhere", 4, "nowhere");
        await RefusesToAsync(hosts, "ha", 2, "already");
    }

    private static string RuntimeRoot => Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    private static Task RefusesAsync(TwoHosts hosts, int expected, params string[] parts) => RefusesToAsync(hosts, "hb", expected, parts);

    private static async Task RefusesToAsync(TwoHosts hosts, string target, int expected, params string[] parts)
    {
        (int status, _, string errors) = hosts.A.Yado("move", TwoHosts.Service, target);

        status.ShouldBe(expected, errors);
        string line = errors.Trim().Split('\n').ShouldHaveSingleItem();
        foreach (string part in parts)
        {
            line.ShouldContain(part);
        }
        await hosts.SettledAsync("a move that was refused");
        (await hosts.ServingHostAsync()).ShouldBe(hosts.A);
        await FillAsync(hosts, 1);
    }

    /// <summary>A call that changes state: it is served.</summary>
    private static async Task FillAsync(TwoHosts hosts, int entries)
    {
        ServicePlace place = await hosts.PlaceAsync();
        using HttpClient client = new() { BaseAddress = new Uri($"http://{place.Address}") };
        using StringContent body = new(string.Join('\n', Enumerable.Range(0, entries).Select(i => $"key-{i}")));
        using HttpResponseMessage answer = await client.PostAsync("/fill", body);
        answer.EnsureSuccessStatusCode();
    }
}
