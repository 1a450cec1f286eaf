using System.Buffers;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Shouldly;
using Yadokari.Rpc.State;

namespace Yadokari.Rpc.Generator.Tests;

/// <summary>A program of one file, compiled with the generator.</summary>
internal sealed class Compiled
{
    private const string Usings = """
        using System; using System.Collections.Generic; using System.Linq; using System.Threading; using System.Threading.Tasks;
        using Yadokari.Rpc.State; using Yadokari.Rpc.State.Coding;

        """;

    /// <summary>Lines before the program's own.</summary>
    public const int UsingLines = 2;

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest);
    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':').Select(static f => MetadataReference.CreateFromFile(f)),
    ];

    private readonly Compilation _compilation;

    private Compiled(Compilation compilation, IReadOnlyList<Diagnostic> findings)
    {
        _compilation = compilation;
        Findings = findings;
    }

    /// <summary>What the generator said.</summary>
    public IReadOnlyList<Diagnostic> Findings { get; }

    /// <summary>What the compiler says of the program with the generated code.</summary>
    public IEnumerable<Diagnostic> Errors => _compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error);

    public static Compiled From(string source)
    {
        CSharpCompilation compilation = Compilation(source);
        GeneratorDriver driver = Driver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation with, out _);
        return new(with, [.. driver.GetRunResult().Diagnostics]);
    }

    public static CSharpCompilation Compilation(string source) => CSharpCompilation.Create(
        "program" + Guid.NewGuid().ToString("N"),
        [CSharpSyntaxTree.ParseText(Usings + source, Parse, path: "program.cs")],
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    public static GeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new CarriedGenerator().AsSourceGenerator()],
        parseOptions: Parse,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>The program's class <c>Test</c>, run: its static method <c>Run</c> returns what is to be compared.</summary>
    public object? Run(params object?[] arguments)
    {
        Findings.Where(static f => f.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        Type test = Load().GetType("Test")!;
        try
        {
            return test.GetMethod("Run")!.Invoke(null, arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            throw e.InnerException;
        }
    }

    /// <summary>A new object of one of the program's classes.</summary>
    public object New(string type) => Activator.CreateInstance(Load().GetType(type)!)!;

    /// <summary>What an object saves.</summary>
    public static byte[] Save(object state)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ((ICarriedState)state).Save(bytes);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Restores what <paramref name="from"/> saved into <paramref name="into"/>, maybe of another program.</summary>
    public static void Carry(object from, object into) =>
        ((ICarriedState)into).Restore(Save(from), ((ICarriedState)from).Version);

    public static T Get<T>(object of, string member) =>
        of.GetType().GetProperty(member) is { } property ? (T)property.GetValue(of)! : (T)of.GetType().GetField(member)!.GetValue(of)!;

    public static void Set(object of, string member, object? value)
    {
        if (of.GetType().GetProperty(member) is { } property)
        {
            property.SetValue(of, value);
        }
        else
        {
            of.GetType().GetField(member)!.SetValue(of, value);
        }
    }

    private Assembly? _loaded;

    private Assembly Load()
    {
        if (_loaded is null)
        {
            using var image = new MemoryStream();
            var result = _compilation.Emit(image);
            result.Diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error).Select(static d => d.ToString()).ShouldBeEmpty();
            image.Position = 0;
            _loaded = AssemblyLoadContext.Default.LoadFromStream(image);
        }

        return _loaded;
    }
}
