using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Programs;
using Yadokari.Protocol;
using Yadokari.Protocol.Programs;

namespace Yadokari.Daemon.Api;

/// <summary>Routes for programs that know they move. Only for callers on this host: who they are is what the kernel says.</summary>
public sealed class ProgramApi(ProgramRegistry programs, JobViews views, ILogger<ProgramApi> logger)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Routes.RegisterProgram, ApiCall.Handler(logger, async context =>
        {
            LocalCaller caller = CallerOf(context);
            RegisterProgram program = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.RegisterProgram).ConfigureAwait(false));
            await ApiCall.WriteAsync(context, views.Show(programs.Register(program, caller)), ProtocolJson.Default.JobInfo).ConfigureAwait(false);
        }));
        routes.MapPost(Routes.ResumedProgram, ApiCall.Handler(logger, async context =>
        {
            LocalCaller caller = CallerOf(context);
            ResumedProgram program = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.ResumedProgram).ConfigureAwait(false));
            await ApiCall.WriteAsync(context, views.Show(programs.TakeResumed(program, caller)), ProtocolJson.Default.JobInfo).ConfigureAwait(false);
        }));
        routes.MapPost(Routes.CheckpointProgram, ApiCall.Handler(logger, async context =>
        {
            LocalCaller caller = CallerOf(context);
            CheckpointProgram request = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.CheckpointProgram).ConfigureAwait(false));
            programs.BeginCheckpoint(request, caller);
            await ApiCall.WriteAsync(context, request, ProtocolJson.Default.CheckpointProgram).ConfigureAwait(false);
        }));
    }

    private static LocalCaller CallerOf(HttpContext context)
    {
        ApiCall.RequireLocal(context);
        return context.Features.Get<LocalCaller>()!;
    }
}
