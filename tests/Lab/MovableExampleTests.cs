using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>The example of docs/rpc-c.md: spray.x of rpcsvc-proto, as <c>rpcgen -a</c> makes server and Makefile of it, becomes movable by a
/// header and one line.</summary>
public sealed class MovableExampleTests(MovablePrograms hosts) : IClassFixture<MovablePrograms>
{
    [Fact]
    public void A_server_and_a_Makefile_that_rpcgen_made_become_movable_by_a_header_and_a_line()
    {
        string directory = hosts.File_("spray");
        Directory.CreateDirectory(Path.Combine(directory, "server"));
        string script =
            $"""
            set -e
            cd {directory}
            cp /usr/include/rpcsvc/spray.x .
            rpcgen -a spray.x
            sed -i -f {hosts.File_("spray.sed")} spray_server.c
            """;
        PmsPrograms.Run("sh", "-c", script);
        (string header, string line) = Documented();
        File.WriteAllText(Path.Combine(directory, "spray_server_carry.h"), header);
        File.AppendAllText(Path.Combine(directory, "Makefile.spray"), line + "\n");
        string build =
            $"""
            set -e
            export PKG_CONFIG_PATH={hosts.File_("installed/lib/pkgconfig")}
            make -s -f Makefile.spray YADO={Yado.Program} CFLAGS=-w
            cc -w -o spray_twice {hosts.File_("spray_twice.c")} spray_clnt.o spray_xdr.o -I. $(pkg-config --cflags --libs mrpc)
            cp spray_server server
            """;
        PmsPrograms.Run("sh", "-c", $"cd {directory}\n{build}");
        hosts.YadoOn("h1", "run", "--service", "spray", "--", Path.Combine(directory, "server/spray_server")).Succeeds();
        Spray("h1", 40).ShouldBe("40");

        hosts.YadoOn("h1", "move", "spray", "h2").Succeeds();

        Spray("h2", 2).ShouldBe("42");
        hosts.YadoOn("h2", "kill", "spray").Succeeds();

        string Spray(string host, int times) =>
            hosts.On("h3", Path.Combine(directory, "spray_twice"), MovablePrograms.Address(host), $"{times}").Succeeds().Output.Trim();
    }

    /// <summary>The header and the line of the Makefile as the page shows them.</summary>
    private static (string Header, string Line) Documented()
    {
        string[] added = [.. File.ReadLines(Path.Combine(Yado.Root(), "docs/rpc-c.md")).SkipWhile(l => l != "+++ spray_server_carry.h").Skip(1)
            .TakeWhile(l => l != "```").Where(l => l.StartsWith('+') && !l.StartsWith("+++", StringComparison.Ordinal)).Select(l => l[1..])];
        return (string.Join('\n', added[..^1]) + "\n", added[^1]);
    }
}
