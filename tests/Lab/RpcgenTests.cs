using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Two hosts, and a third for a client.</summary>
public sealed class ThreeHosts() : LabHosts("3");

/// <summary>A server of Sun's kind, made by rpcgen(1) and libtirpc, moves as a process: neither it nor its client knows.</summary>
public sealed class RpcgenTests(ThreeHosts hosts) : IClassFixture<ThreeHosts>
{
    /// <summary>Where the service is; the address goes with it, as with any service that has one of its own.</summary>
    private const string Address = "10.199.0.100";

    [Fact]
    public void An_unmodified_server_moves_while_its_unmodified_client_calls()
    {
        Build();
        hosts.On("h1", "/usr/sbin/rpcbind").Succeeds();
        hosts.On("h1", "ip", "address", "add", Address + "/24", "dev", "eth0").Succeeds();
        hosts.Start("h1", "words", hosts.File_("words_server"));
        Until.Holds(() => hosts.On("h1", "/usr/sbin/rpcinfo", "-p").Output.Contains("536877457", StringComparison.Ordinal), () => "the server does not register");
        string output = hosts.File_("client.out");
        string stop = hosts.File_("stop");
        hosts.On("h3", "sh", "-c", $"{hosts.File_("words_client")} {Address} {stop} </dev/null >{output} 2>{output}.errors & echo $! >{output}.pid").Succeeds();
        GoesOn(output);

        foreach ((string from, string to) in ((string, string)[])[("h1", "h2"), ("h2", "h1"), ("h1", "h2")])
        {
            hosts.YadoOn(from, "move", "words", to).Succeeds();
            hosts.On(from, "ip", "address", "del", Address + "/24", "dev", "eth0").Succeeds();
            hosts.On(to, "ip", "address", "add", Address + "/24", "dev", "eth0").Succeeds();
            hosts.On("h3", "ip", "neighbour", "flush", "dev", "eth0").Succeeds();
            GoesOn(output);
        }

        File.WriteAllText(stop, "");
        int lines = 0;
        Until.Holds(() => !hosts.On("h3", "ps", "-p", File.ReadAllText(output + ".pid").Trim()).Output.Contains("words_client", StringComparison.Ordinal), () => "the client does not end");
        foreach (string line in File.ReadLines(output))
        {
            line.ShouldBe($"{lines + 1} word-{lines / 2}: the meaning of {lines / 2 * 7}");
            lines++;
        }

        lines.ShouldBeGreaterThan(400);
        hosts.Job("h2", "words").GetProperty("host").GetString().ShouldBe("h2");
        hosts.YadoOn("h2", "kill", "words").Succeeds();
    }

    /// <summary>Another hundred answers.</summary>
    private static void GoesOn(string output)
    {
        long before = Length();
        Until.Holds(() => Length() > before + 4000, () => $"the client's answers stop; it says {File.ReadAllText(output + ".errors")}");

        long Length() => File.Exists(output) ? new FileInfo(output).Length : 0;
    }

    private void Build([CallerFilePath] string here = "")
    {
        string source = Path.Combine(Path.GetDirectoryName(here)!, "rpcgen");
        File.Copy(Path.Combine(source, "words.x"), hosts.File_("words.x"));
        string script =
            $"""
            set -e
            cd {hosts.Files}
            rpcgen -h -o words.h words.x && rpcgen -c -o words_xdr.c words.x
            rpcgen -l -o words_clnt.c words.x && rpcgen -s udp -s tcp -o words_main.c words.x
            gcc -w -O1 -I. -I/usr/include/tirpc -o words_server words_main.c {source}/words_server.c words_xdr.c -ltirpc
            gcc -w -O1 -I. -I/usr/include/tirpc -o words_client words_clnt.c {source}/words_client.c words_xdr.c -ltirpc
            """;
        hosts.On("h1", "sh", "-c", script).Succeeds();
    }
}
