using System.Text.Json.Serialization;
using Yadokari.Cli.Checking;
using Yadokari.Cli.Cluster;
using Yadokari.Cli.Demo;
using Yadokari.Cli.Doctor;
using Yadokari.Cli.Explain;
using Yadokari.Cli.Figures;
using Yadokari.Cli.Lab;
using Yadokari.Engine.Context;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli;

/// <summary>Everything that <c>--json</c> prints.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CheckAnswer))]
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(ContextSummary))]
[JsonSerializable(typeof(IReadOnlyList<Finding>))]
[JsonSerializable(typeof(IReadOnlyList<LabHostStatus>))]
[JsonSerializable(typeof(IReadOnlyList<DemoResult>))]
[JsonSerializable(typeof(DrainReport))]
[JsonSerializable(typeof(DrainForecast))]
[JsonSerializable(typeof(IReadOnlyList<JobWithTree>))]
[JsonSerializable(typeof(IReadOnlyList<JobInfo>))]
[JsonSerializable(typeof(IReadOnlyList<PeerInfo>))]
[JsonSerializable(typeof(ClusterPicture))]
[JsonSerializable(typeof(RunningDaemon))]
[JsonSerializable(typeof(IReadOnlyList<Explanation>))]
public sealed partial class CliJson : JsonSerializerContext;
