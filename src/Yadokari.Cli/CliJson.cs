using System.Text.Json.Serialization;
using Yadokari.Cli.Doctor;
using Yadokari.Cli.Lab;
using Yadokari.Engine.Context;

namespace Yadokari.Cli;

/// <summary>Everything that <c>--json</c> prints.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ContextSummary))]
[JsonSerializable(typeof(IReadOnlyList<Finding>))]
[JsonSerializable(typeof(IReadOnlyList<LabHostStatus>))]
public sealed partial class CliJson : JsonSerializerContext;
