using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Architecture;

/// <summary>Arrows between the folders of one room point one way. Those that do not yet are listed: the list only gets shorter.</summary>
public sealed partial class FolderTests
{
    /// <summary>Pairs of folders that use each other, A/B in alphabetical order.</summary>
    private static readonly Dictionary<string, string[]> Known = new()
    {
        ["Yadokari.Daemon"] =
        [
            "Api/Hosting", "Api/Programs", "Api/Services", "Api/Trust", "Cluster/Hosting", "Cluster/Moves", "Draining/Hosting",
            "Draining/Store", "Engine/Hosting", "Engine/Store", "Hosting/Jobs", "Hosting/Load", "Hosting/Moves", "Hosting/Programs",
            "Hosting/Scheduling", "Hosting/Services", "Hosting/Store", "Hosting/Streams", "Hosting/Trust", "Jobs/Moves",
            "Jobs/Programs", "Jobs/Services", "Jobs/Store", "Jobs/Streams", "Moves/Store", "Store/Streams",
        ],
        ["Yadokari.Engine"] =
        [
            "Capture/Checkpointing", "Consent/Resources.Descriptors", "Resources.Descriptors/Resources.Memory",
            "Resources.Descriptors/Restore", "Resources.Memory/Restore", "Resources.Process/Restore", "Resources.Threads/Restore",
            "Restore/Resume",
        ],
        ["Yadokari.Protocol"] =
        [
            "Jobs/Moves",
        ],
        ["Yadokari.Rpc"] =
        [
            "State.Coding/State.Tracking",
        ],
    };

    public static TheoryData<string> Rooms => [.. Repository.Files("src", "*.csproj").Select(p => Path.GetFileNameWithoutExtension(p))];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void No_two_folders_use_each_other(string room)
    {
        HashSet<(string From, string To)> uses = [];
        string root = Path.Combine(Repository.Root, "src", room);
        foreach (string file in Repository.Files($"src/{room}", "*.cs"))
        {
            string folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Replace('/', '.');
            foreach (string used in UsingLine().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value).Where(n => n.StartsWith(room + ".", StringComparison.Ordinal)))
            {
                string to = used[(room.Length + 1)..];
                while (to.Length > 0 && !Directory.Exists(Path.Combine(root, to.Replace('.', '/'))))
                {
                    to = to.Contains('.') ? to[..to.LastIndexOf('.')] : "";
                }

                if (to.Length > 0 && to != folder)
                {
                    uses.Add((folder, to));
                }
            }
        }

        string[] mutual = [.. uses.Where(u => string.CompareOrdinal(u.From, u.To) < 0 && uses.Contains((u.To, u.From))).Select(u => $"{u.From}/{u.To}").Order(StringComparer.Ordinal)];
        string[] known = Known.GetValueOrDefault(room, []);
        mutual.Except(known).ShouldBeEmpty($"new circles between folders of {room}");
        known.Except(mutual).ShouldBeEmpty($"circles of {room} that are gone: take them off the list");
    }

    [GeneratedRegex(@"^using (?:static )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();
}
