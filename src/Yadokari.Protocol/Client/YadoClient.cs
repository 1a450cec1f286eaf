using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Scheduling;
using Yadokari.Protocol.Wire;

namespace Yadokari.Protocol.Client;

/// <summary>
/// One daemon, typed. Every failure is a <see cref="YadoException"/> whose message is one line for the user
/// and that knows the exit status. <c>job</c> is an id or a name. Thread-safe.
/// </summary>
public sealed partial class YadoClient : IDisposable
{
    private readonly ApiConnection _api;

    private YadoClient(ApiConnection api) => _api = api;

    /// <summary>Socket path or ADDR:PORT.</summary>
    public string Place => _api.Place;

    /// <summary>The daemon of a home directory on this machine.</summary>
    public static YadoClient ForSocket(string path) => new(ApiConnection.ToSocket(path));

    /// <summary>The daemon at ADDR:PORT, or at ADDR and the well-known port.</summary>
    /// <param name="security">Null: <see cref="ApiConnection.DefaultSecurity"/>.</param>
    /// <param name="name">The host that must be there, by its certificate; null: whoever is there.</param>
    public static YadoClient ForAddress(string address, ILinkSecurity? security = null, string? name = null) =>
        new(ApiConnection.ToAddress(address, security, name));

    /// <summary>The host itself. Also tells whether it is a yado host and speaks this protocol.</summary>
    public async Task<HostInfo> GetHostAsync(CancellationToken cancellation = default, TimeSpan? timeout = null)
    {
        HostInfo host = await _api.GetAsync(Routes.Host, ProtocolJson.Default.HostInfo, cancellation, timeout).ConfigureAwait(false);
        return HostHello.Check(host, _api);
    }

    /// <summary>The host and its peers, each asked just now.</summary>
    public Task<HostList> GetHostsAsync(CancellationToken cancellation = default) =>
        _api.GetAsync(Routes.Hosts, ProtocolJson.Default.HostList, cancellation);

    public Task<DoctorInfo> GetDoctorAsync(CancellationToken cancellation = default) =>
        _api.GetAsync(Routes.Doctor, ProtocolJson.Default.DoctorInfo, cancellation);

    /// <summary>How the host was during the last seconds.</summary>
    /// <param name="everywhere">Also how its peers were that answer.</param>
    public Task<LoadHistory> GetLoadAsync(int seconds, CancellationToken cancellation = default, bool everywhere = false, TimeSpan? timeout = null) =>
        _api.GetAsync(Routes.Load + $"?seconds={seconds}" + (everywhere ? "&everywhere=true" : ""), ProtocolJson.Default.LoadHistory, cancellation, timeout);

    /// <summary>Says whether somebody works at the host.</summary>
    public Task<HostInfo> SetOwnerAsync(OwnerWord owner, CancellationToken cancellation = default) =>
        _api.PostAsync(Routes.Owner, new SetOwner(owner), ProtocolJson.Default.SetOwner, ProtocolJson.Default.HostInfo, cancellation);

    public Task<PolicyInfo> GetPolicyAsync(CancellationToken cancellation = default) =>
        _api.GetAsync(Routes.Policy, ProtocolJson.Default.PolicyInfo, cancellation);

    /// <summary>Chooses the policy of all hosts; those that don't answer now learn it later.</summary>
    public Task<PolicyInfo> ChoosePolicyAsync(ChoosePolicy choice, CancellationToken cancellation = default) =>
        _api.PostAsync(Routes.Policy, choice, ProtocolJson.Default.ChoosePolicy, ProtocolJson.Default.PolicyInfo, cancellation);

    /// <summary>Starts a program; returns when it runs.</summary>
    public Task<JobInfo> StartJobAsync(StartJob start, CancellationToken cancellation = default) =>
        _api.PostAsync(Routes.Jobs, start, ProtocolJson.Default.StartJob, ProtocolJson.Default.JobInfo, cancellation);

    /// <summary>Starts a service; returns when it serves.</summary>
    public Task<JobInfo> StartServiceAsync(Services.StartService start, CancellationToken cancellation = default) =>
        _api.PostAsync(Routes.Services, start, ProtocolJson.Default.StartService, ProtocolJson.Default.JobInfo, cancellation, TimeSpan.FromMinutes(2));

    /// <summary>Where a service is, as far as this host knows.</summary>
    /// <param name="hereOnly">It does not ask other hosts.</param>
    public Task<Services.ServicePlace> FindServiceAsync(string service, CancellationToken cancellation = default, TimeSpan? timeout = null, bool hereOnly = false) =>
        _api.GetAsync(Routes.Of(Routes.Service, service) + (hereOnly ? "?here=true" : ""), ProtocolJson.Default.ServicePlace, cancellation, timeout);

    /// <summary>Resumes a context file as a job.</summary>
    public Task<JobInfo> ResumeJobAsync(ResumeJob resume, CancellationToken cancellation = default) =>
        _api.PostAsync(Routes.Resume, resume, ProtocolJson.Default.ResumeJob, ProtocolJson.Default.JobInfo, cancellation, TimeSpan.FromMinutes(10));

    /// <param name="everywhere">Also the jobs of the host's peers, each job once, where it is now.</param>
    /// <param name="movable">Have each looked at, whether it can be moved. Nobody waits for that: it is told as far as it is known.</param>
    public Task<JobList> ListJobsAsync(bool everywhere = false, CancellationToken cancellation = default, bool movable = false) =>
        _api.GetAsync($"{Routes.Jobs}?everywhere={(everywhere ? "true" : "false")}&movable={(movable ? "true" : "false")}", ProtocolJson.Default.JobList, cancellation);

    /// <summary>Jobs together with the hosts that were asked for them, in one answer.</summary>
    /// <param name="after">The <see cref="JobList.Version"/> of an earlier answer, "" before the first one: only what has changed since is told,
    /// in figures that are rounded so that what did not really change is not told again. Null: all, as it is.</param>
    public async Task<JobList> ListJobsAndHostsAsync(
        bool everywhere, string? after, bool movable = false, CancellationToken cancellation = default, TimeSpan? timeout = null)
    {
        string path = $"{Routes.Jobs}?everywhere={(everywhere ? "true" : "false")}&movable={(movable ? "true" : "false")}&hosts=true"
            + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}");
        JobList list = await _api.GetAsync(path, ProtocolJson.Default.JobList, cancellation, timeout).ConfigureAwait(false);
        HostList hosts = list.Hosts ?? (everywhere
            ? await GetHostsAsync(cancellation).ConfigureAwait(false)
            : new HostList(await GetHostAsync(cancellation, timeout).ConfigureAwait(false), []));
        HostHello.Check(hosts.Self, _api);
        return list with { Hosts = hosts };
    }

    /// <summary>The job as this host knows it: perhaps moved away.</summary>
    public Task<JobInfo> GetJobAsync(string job, CancellationToken cancellation = default) =>
        _api.GetAsync(Routes.Of(Routes.Job, job), ProtocolJson.Default.JobInfo, cancellation);

    /// <summary>Waits until the job is over on this host: ended, lost, or moved to another host.</summary>
    public async Task<JobInfo> WaitHereAsync(string job, CancellationToken cancellation = default)
    {
        string path = Routes.Of(Routes.Wait, job) + $"?seconds={Limits.MaxWaitSeconds / 2}";
        while (true)
        {
            JobInfo answer = await _api.GetAsync(
                path, ProtocolJson.Default.JobInfo, cancellation, TimeSpan.FromSeconds(Limits.MaxWaitSeconds)).ConfigureAwait(false);
            if (answer.IsOver)
            {
                return answer;
            }
        }
    }

    /// <summary>Finds the host where the job is now: this one, or where it moved, and so on. Dispose the
    /// client that it returns unless it is this one.</summary>
    public async Task<(YadoClient Host, JobInfo Job)> LocateAsync(string job, CancellationToken cancellation = default)
    {
        YadoClient host = this;
        JobInfo found = await GetJobAsync(job, cancellation).ConfigureAwait(false);
        string origin = found.Host;
        while (found is { State: JobState.Moved, MovedToAddress: not null })
        {
            YadoClient next = Follow(found, origin);
            JobInfo there;
            try
            {
                there = await next.GetJobAsync(found.Id, cancellation).ConfigureAwait(false);
            }
            catch
            {
                if (next != this)
                {
                    next.Dispose();
                }
                throw;
            }
            finally
            {
                if (host != this)
                {
                    host.Dispose();
                }
            }
            host = next;
            found = there;
        }
        return (host, found);
    }

    /// <summary>Waits until the job has ended, wherever it goes meanwhile.</summary>
    /// <param name="onMoved">Told each time the job has moved, with the record that names the next host.</param>
    public async Task<JobInfo> WaitAsync(string job, Action<JobInfo>? onMoved = null, CancellationToken cancellation = default)
    {
        JobInfo state = await WaitHereAsync(job, cancellation).ConfigureAwait(false);
        string origin = state.Host;
        while (state is { State: JobState.Moved, MovedToAddress: not null })
        {
            onMoved?.Invoke(state);
            YadoClient next = Follow(state, origin);
            try
            {
                state = await next.WaitHereAsync(state.Id, cancellation).ConfigureAwait(false);
            }
            finally
            {
                if (next != this)
                {
                    next.Dispose();
                }
            }
        }
        return state;
    }

    /// <summary>The log of a job as this host has it, output and errors as they come.</summary>
    /// <param name="follow">Goes on until the job is over here; else stops at the present end.</param>
    public async IAsyncEnumerable<LogChunk> ReadLogHereAsync(
        string job, bool follow, long outputFrom = 0, long errorsFrom = 0, LogPart? part = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string path = Routes.Of(Routes.Logs, job) + $"?follow={(follow ? "true" : "false")}&output={outputFrom}&errors={errorsFrom}{part?.Query}";
        using HttpResponseMessage response = await _api.OpenAsync(HttpMethod.Get, path, null, cancellation).ConfigureAwait(false);
        Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        FrameReader reader = new(stream);
        while (true)
        {
            (FrameHeader Header, ReadOnlyMemory<byte> Payload) frame = await Guard(reader.ReadAsync(cancellation)).ConfigureAwait(false);
            switch (frame.Header.Kind)
            {
                case FrameKind.End:
                    yield break;
                case FrameKind.Output or FrameKind.Errors:
                    yield return new LogChunk(frame.Header.Kind == FrameKind.Errors, frame.Header.Offset, frame.Payload);
                    break;
            }
        }
    }

    /// <summary>The log of a job; with <paramref name="follow"/> until it has ended, wherever it goes meanwhile.
    /// The bytes of a chunk are valid until the next one.</summary>
    /// <param name="part">Of what was written before now, only this; null: all.</param>
    public async IAsyncEnumerable<LogChunk> ReadLogAsync(
        string job, bool follow, LogPart? part = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string origin = (await GetJobAsync(job, cancellation).ConfigureAwait(false)).Host;
        (YadoClient host, JobInfo state) = await LocateAsync(job, cancellation).ConfigureAwait(false);
        long output = 0;
        long errors = 0;
        while (true)
        {
            try
            {
                await foreach (LogChunk chunk in host.ReadLogHereAsync(state.Id, follow, output, errors, part, cancellation).ConfigureAwait(false))
                {
                    long end = chunk.Offset + chunk.Bytes.Length;
                    (output, errors) = chunk.IsErrors ? (output, end) : (end, errors);
                    yield return chunk;
                }
                part = null; // What follows is new.
                state = await host.GetJobAsync(state.Id, cancellation).ConfigureAwait(false);
            }
            finally
            {
                if (host != this)
                {
                    host.Dispose();
                }
            }
            if (follow && !state.IsOver)
            {
                // It was resumed from a checkpoint on the same host: its log goes on where it stood.
                host = host == this ? this : ForAddress(host.Place, name: state.Host);
                continue;
            }
            if (!follow || state is not { State: JobState.Moved, MovedToAddress: not null })
            {
                yield break;
            }
            if (state.Streams == JobStreams.Inherit)
            {
                // What a job wrote to its caller's own streams is not in the log that begins on the new host.
                (output, errors) = (0, 0);
            }
            host = Follow(state, origin);
        }
    }

    /// <summary>Sends a signal, wherever the job is.</summary>
    /// <param name="group">To the whole process group of its main process.</param>
    public Task<JobInfo> SignalAsync(string job, int signal, CancellationToken cancellation = default, bool group = false) =>
        AtJobAsync(job, (host, id) => host._api.PostAsync(
            Routes.Of(Routes.Signal, id), new SignalJob(signal, group), ProtocolJson.Default.SignalJob, ProtocolJson.Default.JobInfo, cancellation), cancellation);

    /// <summary>Ends a job with SIGKILL, wherever it is.</summary>
    public Task<JobInfo> KillAsync(string job, CancellationToken cancellation = default) => SignalAsync(job, 9, cancellation);

    /// <summary>Makes the host forget a job that is over there: its record, its log, its checkpoints.</summary>
    /// <returns>What it was.</returns>
    public Task<JobInfo> RemoveHereAsync(string job, CancellationToken cancellation = default) =>
        _api.DeleteAsync(Routes.Of(Routes.Job, job), ProtocolJson.Default.JobInfo, cancellation);

    /// <summary>Saves a job that runs on this host as a context file; the daemon writes it.</summary>
    public Task<CheckpointResult> CheckpointAsync(string job, CheckpointJob checkpoint, CancellationToken cancellation = default) =>
        _api.PostAsync(
            Routes.Of(Routes.Checkpoint, job), checkpoint, ProtocolJson.Default.CheckpointJob, ProtocolJson.Default.CheckpointResult,
            cancellation, TimeSpan.FromHours(1));

    /// <summary>Moves a job, wherever it is, to another host.</summary>
    /// <param name="target">Name of a known host, or ADDR:PORT.</param>
    /// <param name="onProgress">Told of each line of progress, on the caller's flow.</param>
    public Task<MoveReport> MoveAsync(string job, string target, Action<MoveProgress>? onProgress = null, CancellationToken cancellation = default) =>
        MoveAsync(job, new MoveJob(target), onProgress, cancellation);

    /// <summary>Moves a job, wherever it is, as told.</summary>
    /// <param name="onProgress">Told of each line of progress, on the caller's flow.</param>
    public Task<MoveReport> MoveAsync(string job, MoveJob move, Action<MoveProgress>? onProgress = null, CancellationToken cancellation = default) =>
        AtJobAsync(job, (host, id) => host.MoveHereAsync(id, move, onProgress, cancellation), cancellation);

    /// <summary>What a move of a job, wherever it is, would say now; nothing is touched.</summary>
    public Task<JobCheck> CheckAsync(string job, CheckJob check, CancellationToken cancellation = default) =>
        AtJobAsync(job, (host, id) => host._api.PostAsync(
            Routes.Of(Routes.CheckJob, id), check, ProtocolJson.Default.CheckJob, ProtocolJson.Default.JobCheck, cancellation,
            TimeSpan.FromMinutes(1)), cancellation);

    /// <summary>Makes a job of a process of this host.</summary>
    public Task<JobInfo> AdoptAsync(AdoptJob adopt, CancellationToken cancellation = default) =>
        _api.PostAsync(Routes.Adopt, adopt, ProtocolJson.Default.AdoptJob, ProtocolJson.Default.JobInfo, cancellation);

    /// <summary>Empties the host. The drain goes on when nobody listens any more; asking again joins the one under way.</summary>
    public Task<DrainReport> DrainAsync(DrainHost drain, Action<DrainProgress>? onProgress = null, CancellationToken cancellation = default) =>
        FollowAsync(
            Routes.Drain, ApiConnection.Json(drain, ProtocolJson.Default.DrainHost), ProtocolJson.Default.DrainProgress,
            line => (line.Report, line.Error), onProgress, cancellation);

    /// <summary>What a drain of the host would do now; nothing is touched.</summary>
    public Task<DrainForecast> ForeseeDrainAsync(CancellationToken cancellation = default) =>
        _api.GetAsync(Routes.Drain, ProtocolJson.Default.DrainForecast, cancellation, TimeSpan.FromMinutes(2));

    /// <summary>The processes of a job, wherever it is.</summary>
    public Task<JobTree> GetTreeAsync(string job, CancellationToken cancellation = default) =>
        AtJobAsync(job, (host, id) => host._api.GetAsync(Routes.Of(Routes.Processes, id), ProtocolJson.Default.JobTree, cancellation), cancellation);

    /// <summary>The host takes jobs again, and resumes those that a drain has saved.</summary>
    public Task<UndrainReport> UndrainAsync(CancellationToken cancellation = default) =>
        _api.PostAsync(Routes.Undrain, ProtocolJson.Default.UndrainReport, cancellation, TimeSpan.FromMinutes(10));

    /// <summary>Tells the host which certificates are revoked; it tells the others.</summary>
    /// <returns>The newest list that it knows now.</returns>
    public Task<Cluster.RevocationList> TellRevokedAsync(Cluster.RevocationList list, CancellationToken cancellation = default) =>
        _api.PostAsync(Routes.ClusterRevoked, list, ProtocolJson.Default.RevocationList, ProtocolJson.Default.RevocationList, cancellation);

    /// <summary>Ends the daemon; its jobs run on.</summary>
    public Task<HostInfo> StopAsync(CancellationToken cancellation = default) =>
        _api.PostAsync(Routes.Stop, ProtocolJson.Default.HostInfo, cancellation);

    public void Dispose() => _api.Dispose();

    /// <summary>The host that a job has moved to, which must be there by its certificate. One that has come back is at the
    /// door that was used first: whoever came by the unix socket may ask more there than another host may.</summary>
    private YadoClient Follow(JobInfo moved, string origin) =>
        moved.MovedTo == origin ? this : ForAddress(moved.MovedToAddress!, name: moved.MovedTo);

    private Task<MoveReport> MoveHereAsync(string job, MoveJob move, Action<MoveProgress>? onProgress, CancellationToken cancellation) =>
        FollowAsync(
            Routes.Of(Routes.MoveJob, job), ApiConnection.Json(move, ProtocolJson.Default.MoveJob), ProtocolJson.Default.MoveProgress,
            line => (line.Report, line.Error), onProgress, cancellation);

    /// <summary>Asks for something that takes a while and tells of it in lines of JSON; the last one has the outcome.</summary>
    private async Task<TReport> FollowAsync<TLine, TReport>(
        string path,
        HttpContent body,
        JsonTypeInfo<TLine> type,
        Func<TLine, (TReport? Report, ErrorBody? Error)> outcome,
        Action<TLine>? onProgress,
        CancellationToken cancellation)
        where TReport : class
    {
        using HttpContent owned = body;
        using HttpResponseMessage response = await _api.OpenAsync(HttpMethod.Post, path, body, cancellation).ConfigureAwait(false);
        Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using StreamReader lines = new(stream, Encoding.UTF8);
        while (await Guard(lines.ReadLineAsync(cancellation)).ConfigureAwait(false) is { } text)
        {
            if (JsonSerializer.Deserialize(text, type) is not { } line)
            {
                continue;
            }
            (TReport? report, ErrorBody? error) = outcome(line);
            if (error is not null)
            {
                throw new YadoException(error);
            }
            onProgress?.Invoke(line);
            if (report is not null)
            {
                return report;
            }
        }
        throw Broken();
    }

    private async Task<T> AtJobAsync<T>(string job, Func<YadoClient, string, Task<T>> act, CancellationToken cancellation)
    {
        (YadoClient host, JobInfo state) = await LocateAsync(job, cancellation).ConfigureAwait(false);
        try
        {
            return await act(host, state.Id).ConfigureAwait(false);
        }
        finally
        {
            if (host != this)
            {
                host.Dispose();
            }
        }
    }

    private async ValueTask<T> Guard<T>(ValueTask<T> read)
    {
        try
        {
            return await read.ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or InvalidDataException)
        {
            throw Broken(failure);
        }
    }

    private YadoException Broken(Exception? inner = null) =>
        new(YadoError.Failed, $"the connection to {Place} broke: check that its daemon runs and the network is up", inner) { Unreachable = true };
}
