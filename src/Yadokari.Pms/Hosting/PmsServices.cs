using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Yadokari.Pms.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds <c>Yadokari.Pms</c> to a program that has a host (generic host, ASP.NET Core).</summary>
public static class PmsServices
{
    /// <summary>Makes the program a job of the local daemon when its host starts, and logs where it goes under
    /// <c>Yadokari.Pms</c>. Harmless where no daemon is. A second time only the options count.</summary>
    public static IServiceCollection AddPms(this IServiceCollection services, Action<PmsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        PmsOptions options = new();
        configure?.Invoke(options);
        // The last one counts.
        services.AddSingleton(options);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PmsService>());
        return services;
    }
}
