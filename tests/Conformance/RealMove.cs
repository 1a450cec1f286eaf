using System.Collections.Concurrent;
using System.Security.Cryptography;
using Shouldly;

namespace Yadokari.Conformance;

/// <summary>Real programs, started by hand, moved while they work: what they print and write is what it would have been.</summary>
internal static class RealMove
{
    private static readonly Dictionary<string, string> Environment = new() { ["PATH"] = "/usr/bin:/bin", ["LC_ALL"] = "C" };
    private static readonly ConcurrentDictionary<string, Lazy<IReadOnlyDictionary<string, string>>> UnmovedRuns = new();

    /// <summary>So many moves: twenty when <c>YADO_SOAK</c> is set.</summary>
    public static int Several => Soak.Times(5, 20);

    /// <summary>Moves a program so many times while it works, lets it end, and compares what it made with an unmoved run's.</summary>
    /// <param name="uid">The user whom it runs as; null: the user who runs the tests.</param>
    public static void Move(string name, int moves, uint? uid)
    {
        RealProgram program = RealProgram.Named(name);
        using Scene scene = new(Short(name), uid);
        Feeder? feeder = program.Input is null ? null : Feeder.Start(program.Input, scene);
        using Journey journey = Start(program, scene);
        AwaitWork(program, scene, journey, Signs(program, scene));
        for (int move = 1; move <= moves; move++)
        {
            feeder?.KeepAhead(journey.Pid);
            journey.IsOver.ShouldBeFalse($"{name} ended before move {move} of {moves}\n{scene.Transcript}");
            journey.Save();
            string before = Signs(program, scene);
            journey.Resume();
            journey.Find();
            AwaitWork(program, scene, journey, before);
        }

        journey.IsOver.ShouldBeFalse($"{name} ended before it was let end\n{scene.Transcript}");
        feeder?.Cut(journey.Pid);
        program.OpenGate(scene);
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
        IReadOnlyDictionary<string, string> expected = feeder is null
            ? UnmovedRuns.GetOrAdd(name, _ => new(() => Unmoved(program, null))).Value
            : Unmoved(program, feeder.Path);
        foreach ((string file, string digest) in Results(program, scene))
        {
            digest.ShouldBe(expected[file], $"{file} is not what {name} makes when it is not moved\n{scene.Transcript}");
        }
    }

    /// <summary>What it makes without a move.</summary>
    /// <param name="input">Where its input lies, which is moved away from there.</param>
    private static IReadOnlyDictionary<string, string> Unmoved(RealProgram program, string? input)
    {
        using Scene scene = new(Short(program.Name) + "-unmoved", uid: null);
        if (input is not null)
        {
            File.Move(input, program.Input!.In(scene));
        }

        program.OpenGate(scene);
        using Journey journey = Start(program, scene);
        journey.Wait().ShouldBe(new Ending(false, 0), scene.Transcript);
        return Results(program, scene);
    }

    private static Journey Start(RealProgram program, Scene scene) => Journey.Start(
        scene,
        program.Command(scene),
        environment: new Dictionary<string, string>(Environment) { ["HOME"] = scene.Directory },
        input: program.Input is { OnStandardInput: true } input ? input.In(scene) : "/dev/null");

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
