using System.Runtime.CompilerServices;
using Shouldly;

namespace Yadokari.LabTests;

/// <summary>Three hosts: two with portmappers, for a server of tests/Lab/movable, and one for its clients. Both are made as a user makes
/// them, by the Makefile of rpcgen and the installed library.</summary>
public sealed class MovablePrograms : LabHosts
{
    public MovablePrograms()
        : base("3")
    {
        Directory.CreateDirectory(Server_);
        foreach (string file in Directory.EnumerateFiles(Source))
        {
            File.Copy(file, File_(Path.GetFileName(file)));
        }

        PmsPrograms.Run("make", "-s", "-C", Path.Combine(Yado.Root(), "src/mrpc"), $"OUT={File_("made")}", $"PREFIX={File_("installed")}", "install");
        Make();
        foreach (string host in (string[])["h1", "h2"])
        {
            StartPortmapper(host);
        }
    }

    /// <summary>Where the sources are in the checkout.</summary>
    internal static string Source { get; } = Path.Combine(Path.GetDirectoryName(Here())!, "movable");

    /// <summary>The folder that travels.</summary>
    internal string Server_ => File_("server");

    /// <summary>Address of a host's card.</summary>
    internal static string Address(string host) => $"10.199.0.{host[1..]}";

    internal void StartPortmapper(string host)
    {
        On(host, "/usr/sbin/rpcbind").Succeeds();
        Until.Holds(() => On(host, "/usr/sbin/rpcinfo", "-p").Status == 0, () => "rpcbind does not answer");
    }

    /// <summary>Takes the entries away that servers which were killed have left with a portmapper.</summary>
    internal void CleanPortmapper(string host)
    {
        On(host, "sh", "-c", "/usr/sbin/rpcinfo -d 536877460 1 || :").Succeeds();
        On(host, "/usr/sbin/rpcinfo", "-p").Succeeds().Output.ShouldNotContain("536877460");
    }

    /// <summary>Builds server and clients.</summary>
    internal void Make()
    {
        PmsPrograms.Run("env", $"PKG_CONFIG_PATH={File_("installed/lib/pkgconfig")}", "make", "-s", "-C", Files, $"YADO={Yado.Program}");
        File.Copy(File_("tally_server"), Path.Combine(Server_, "tally_server"), overwrite: true);
    }

    /// <summary>Starts the server on h1 as a service.</summary>
    /// <param name="loseFirst">With the rest of them, the very first reply on a stream.</param>
    internal void Serve(string name, bool loseReplies = false, bool loseFirst = false, params IReadOnlyList<string> options)
    {
        string[] lossy = loseReplies ? ["env", $"LD_PRELOAD={File_("lost_replies.so")}", .. (loseFirst ? (string[])["LOSE_FIRST=1"] : [])] : [];
        On("h1", [.. lossy, "yado", "run", "--service", name, .. options, "--", Path.Combine(Server_, "tally_server")]).Succeeds();
    }

    private static string Here([CallerFilePath] string here = "") => here;

    internal Ending Client(string program, params IReadOnlyList<string> arguments) => On("h3", [File_(program), .. arguments]);

    /// <summary>What the server itself has counted, asked where it is.</summary>
    internal (long Calls, long Twice, long Lost) Report(string host)
    {
        string[] words = Client("tally_client", Address(host), "tcp", "report").Succeeds().Output.Split(' ');
        return (long.Parse(words[0]), long.Parse(words[1]), long.Parse(words[2]));
    }
}
