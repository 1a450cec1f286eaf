using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Api;

/// <summary>Routes about hosts.</summary>
public sealed class HostApi(HostFacts facts, PeerBook peers, Doctor doctor, Action stop, ILogger<HostApi> logger)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Host, ApiCall.Handler(logger, Answer));
        routes.MapGet(Routes.Hosts, ApiCall.Handler(logger, async context => await ApiCall.WriteAsync(
            context, new HostList(facts.Read(), await peers.AskAllAsync(context.RequestAborted).ConfigureAwait(false)), ProtocolJson.Default.HostList).ConfigureAwait(false)));
        routes.MapPost(Routes.Greet, ApiCall.Handler(logger, async context =>
        {
            HostInfo other = await ApiCall.ReadAsync(context, ProtocolJson.Default.HostInfo).ConfigureAwait(false);
            if (other.Protocol != ProtocolVersion.Word)
            {
                throw new YadoException(YadoError.WrongUsage, "the greeting is not a yado host's");
            }
            if (context.Connection.ClientCertificate is not { } certificate)
            {
                throw new YadoException(YadoError.WrongUsage, "only a host with a certificate can greet");
            }
            peers.Meet(other, CertificateCheck.NameOf(certificate), CertificateCheck.Addresses(certificate));
            await Answer(context).ConfigureAwait(false);
        }));
        routes.MapGet(Routes.Doctor, ApiCall.Handler(logger, context =>
        {
            ApiCall.RequireLocal(context);
            return ApiCall.WriteAsync(context, doctor.Look(), ProtocolJson.Default.DoctorInfo);
        }));
        routes.MapPost(Routes.Stop, ApiCall.Handler(logger, async context =>
        {
            ApiCall.RequireLocal(context);
            await Answer(context).ConfigureAwait(false);
            stop();
        }));
    }

    private Task Answer(HttpContext context) => ApiCall.WriteAsync(context, facts.Read(), ProtocolJson.Default.HostInfo);
}
