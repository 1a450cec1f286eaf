using System.Text.Json.Serialization;
using Yadokari.Protocol.Cluster;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Programs;
using Yadokari.Protocol.Scheduling;
using Yadokari.Protocol.Services;
using Yadokari.Protocol.Streams;

namespace Yadokari.Protocol;

/// <summary>JSON of every message, generated at compile time. One line per value.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(HostInfo))]
[JsonSerializable(typeof(HostList))]
[JsonSerializable(typeof(DoctorInfo))]
[JsonSerializable(typeof(JobInfo))]
[JsonSerializable(typeof(JobList))]
[JsonSerializable(typeof(StartJob))]
[JsonSerializable(typeof(ResumeJob))]
[JsonSerializable(typeof(SignalJob))]
[JsonSerializable(typeof(CheckpointJob))]
[JsonSerializable(typeof(CheckpointResult))]
[JsonSerializable(typeof(MoveJob))]
[JsonSerializable(typeof(MoveOffer))]
[JsonSerializable(typeof(MoveStatus))]
[JsonSerializable(typeof(ForeseeMove))]
[JsonSerializable(typeof(MoveForecast))]
[JsonSerializable(typeof(CheckJob))]
[JsonSerializable(typeof(JobCheck))]
[JsonSerializable(typeof(PrepareMove))]
[JsonSerializable(typeof(MoveProgress))]
[JsonSerializable(typeof(MoveReport))]
[JsonSerializable(typeof(AuthorityInfo))]
[JsonSerializable(typeof(JoinCluster))]
[JsonSerializable(typeof(RenewCertificate))]
[JsonSerializable(typeof(CertificateInfo))]
[JsonSerializable(typeof(RevocationList))]
[JsonSerializable(typeof(StartService))]
[JsonSerializable(typeof(ServicePlace))]
[JsonSerializable(typeof(ServiceOffered))]
[JsonSerializable(typeof(ServicePrepared))]
[JsonSerializable(typeof(ControlCommand))]
[JsonSerializable(typeof(ControlAnswer))]
[JsonSerializable(typeof(LoadHistory))]
[JsonSerializable(typeof(SetOwner))]
[JsonSerializable(typeof(ChoosePolicy))]
[JsonSerializable(typeof(PolicyInfo))]
[JsonSerializable(typeof(AdoptJob))]
[JsonSerializable(typeof(DrainHost))]
[JsonSerializable(typeof(DrainProgress))]
[JsonSerializable(typeof(DrainForecast))]
[JsonSerializable(typeof(JobTree))]
[JsonSerializable(typeof(UndrainReport))]
[JsonSerializable(typeof(RegisterProgram))]
[JsonSerializable(typeof(ResumedProgram))]
[JsonSerializable(typeof(CheckpointProgram))]
[JsonSerializable(typeof(InputReceived))]
[JsonSerializable(typeof(AttachedStreams))]
public sealed partial class ProtocolJson : JsonSerializerContext;
