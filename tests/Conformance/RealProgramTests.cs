using System.Collections.Concurrent;
using System.Security.Cryptography;
using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>Real programs, started by hand, moved while they work: what they print and write is what it would have been.</summary>
public class RealProgramTests : IClassFixture<CompiledPrograms>
{
    private static readonly Dictionary<string, string> s_environment = new() { ["PATH"] = "/usr/bin:/bin", ["LC_ALL"] = "C" };
    private static readonly ConcurrentDictionary<(string Name, bool Long), Lazy<IReadOnlyDictionary<string, string>>> s_unmoved = new();

    public static TheoryData<string> Programs => [.. RealProgram.All.Select(program => program.Name)];

    [Theory]
    [MemberData(nameof(Programs))]
    public void Its_output_is_the_same_in_two_unmoved_runs(string program) => Move(program, 0, uid: null);

    [Theory]
    [MemberData(nameof(Programs))]
    public void Its_output_is_the_same_after_a_move(string program) => Move(program, 1, uid: null);

    [Theory]
    [MemberData(nameof(Programs))]
    public void Its_output_is_the_same_after_twenty_moves(string program) => Move(program, 20, uid: null);

    [SkippableTheory]
    [MemberData(nameof(Programs))]
    public void Its_output_is_the_same_after_a_move_as_an_ordinary_user(string program)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "the other tests run as an ordinary user already");
        Move(program, 1, User.Ordinary);
    }

    [SkippableTheory]
    [MemberData(nameof(Programs))]
    public void Its_output_is_the_same_after_twenty_moves_as_an_ordinary_user(string program)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "the other tests run as an ordinary user already");
        Move(program, 20, User.Ordinary);
    }

    private static void Move(string name, int moves, uint? uid)
    {
        RealProgram program = RealProgram.Named(name);
        IReadOnlyDictionary<string, string> expected = s_unmoved.GetOrAdd(
            (name, moves > 1), _ => new(() => Unmoved(program, moves))).Value;
        using Scene scene = new(Short(name), uid);
        using Journey journey = Start(program, scene, moves);
        AwaitWork(program, scene, journey, Signs(program, scene));
        for (int move = 1; move <= moves; move++)
        {
            journey.IsOver.ShouldBeFalse($"{name} ended before move {move} of {moves}: give it more work\n{scene.Transcript}");
            journey.Save();
            string before = Signs(program, scene);
            journey.Resume();
            journey.Find();
            AwaitWork(program, scene, journey, before);
        }

        program.OpenGate(scene);
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
        foreach ((string file, string digest) in Results(program, scene))
        {
            digest.ShouldBe(expected[file], $"{file} is not what {name} makes when it is not moved\n{scene.Transcript}");
        }
    }

    private static IReadOnlyDictionary<string, string> Unmoved(RealProgram program, int moves)
    {
        using Scene scene = new(Short(program.Name) + "-unmoved", uid: null);
        program.OpenGate(scene);
        using Journey journey = Start(program, scene, moves);
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
        return Results(program, scene);
    }

    private static Journey Start(RealProgram program, Scene scene, int moves)
    {
        IReadOnlyList<string> command = program.Command(scene, moves);
        return Journey.Start(
            scene,
            command,
            environment: new Dictionary<string, string>(s_environment) { ["HOME"] = scene.Directory },
            input: program.Input is null ? "/dev/null" : scene.File_(program.Input));
    }

    private static void AwaitWork(RealProgram program, Scene scene, Journey journey, string before) => Until.Holds(
        () => journey.IsOver || Signs(program, scene) != before,
        () => $"{program.Name} to go on; its threads: {ProcessTable.States(journey.Pid)}\n{scene.Transcript}");

    /// <summary>Size and time of the files it writes: another text, another state.</summary>
    private static string Signs(RealProgram program, Scene scene) => string.Join(' ', program.Signs
        .SelectMany(pattern => Directory.EnumerateFiles(scene.Directory, pattern))
        .Select(path => new FileInfo(path))
        .Select(file => $"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}"));

    private static Dictionary<string, string> Results(RealProgram program, Scene scene) =>
        program.Outputs.Select(scene.File_).Prepend(scene.Stream(1, "job", "out")).ToDictionary(
            path => Path.GetFileName(path)!,
            path =>
            {
                using FileStream stream = File.OpenRead(path);
                return $"{stream.Length} bytes, {Convert.ToHexString(SHA256.HashData(stream))}";
            });

    private static string Short(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit).Take(12));
}
