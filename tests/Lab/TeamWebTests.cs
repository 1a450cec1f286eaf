using System.Globalization;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>The page of one host in a real browser on another one: by the cluster's certificates, and through a proxy that ends TLS.</summary>
public sealed class TeamWebTests(TeamHosts lab) : IClassFixture<TeamHosts>
{
    private const string H1 = "10.199.0.1";

    private const int Inner = 8081;

    [SkippableFact]
    public void By_the_clusters_certificates_the_page_is_used_on_another_host()
    {
        string address = lab.Serve("--listen", $"{H1}:8443");
        address.ShouldStartWith($"https://{H1}:8443/?token=");
        using Browser browser = lab.BrowserOnH2();

        Use(browser, address, "certified");

        string at = $"https://{H1}:8443/";
        string[] believing = ["--cacert", lab.Authority];
        lab.Curl(at).ShouldBe("000", "without the cluster's certificate it is not believed");
        lab.Curl([.. believing, at]).ShouldBe("401");
        lab.Curl([.. believing, address]).ShouldBe("401", "the token was used");
        lab.Curl([.. believing, "-H", "Host: evil.example", at]).ShouldBe("403");
        lab.Curl([.. believing, "-H", "Origin: https://evil.example", at]).ShouldBe("403");
        lab.Curl($"http://{H1}:8443/").ShouldBe("000");
    }

    [SkippableFact]
    public void Through_a_proxy_the_page_is_used_on_another_host()
    {
        Skip.IfNot(File.Exists("/usr/sbin/nginx"), "nginx is not installed");
        string configuration = lab.File_("nginx.conf");
        File.WriteAllText(
            configuration,
            $$"""
            user root; daemon off; pid {{lab.File_("nginx.pid")}}; error_log stderr; worker_processes 1;
            events { }
            http {
                access_log off;
                client_body_temp_path {{lab.File_("body")}}; proxy_temp_path {{lab.File_("proxy")}}; fastcgi_temp_path {{lab.File_("fastcgi")}}; uwsgi_temp_path {{lab.File_("uwsgi")}}; scgi_temp_path {{lab.File_("scgi")}};
                server {
                    listen {{H1}}:8444 ssl;
                    ssl_certificate {{lab.Identity}};
                    ssl_certificate_key {{lab.Identity}};
                    location / {
                        proxy_pass http://127.0.0.1:{{Inner.ToString(CultureInfo.InvariantCulture)}};
                        proxy_set_header Host $http_host;
                    }
                }
            }
            """);
        string address = lab.Serve("--port", $"{Inner}", "--behind", $"https://{H1}:8444");
        address.ShouldStartWith($"https://{H1}:8444/?token=");
        lab.StartOnH1("/usr/sbin/nginx", "-c", configuration);
        string[] believing = ["--cacert", lab.Authority];
        string at = $"https://{H1}:8444/";
        Until.Holds(() => lab.Curl([.. believing, at]) == "401", () => "nginx to hand on what it is asked");
        using Browser browser = lab.BrowserOnH2();

        Use(browser, address, "proxied");

        lab.Curl([.. believing, address]).ShouldBe("401", "the token was used");
        lab.Curl([.. believing, "-H", "Host: evil.example", at]).ShouldBe("403");
        lab.Curl([.. believing, "-H", "Origin: http://10.199.0.1:8444", at]).ShouldBe("403");
        lab.Curl($"http://{H1}:{Inner}/").ShouldBe("000", "only the proxy's host reaches the page itself");
    }

    [SkippableFact]
    public void What_the_certificate_is_not_for_is_refused_in_a_line()
    {
        Ending other = lab.YadoOn("h1", "web", "--listen", "10.199.0.77:8443");
        other.Status.ShouldBe(2);
        other.Errors.ShouldContain("cannot listen on 10.199.0.77:8443: this host's own certificate is for");
        Ending both = lab.YadoOn("h1", "web", "--listen", $"{H1}:8445", "--port", "80");
        both.Status.ShouldBe(2);
        lab.YadoOn("h1", "web", "--listen", H1).Status.ShouldBe(2);
        lab.YadoOn("h1", "web", "--behind", "http://jobs.example").Status.ShouldBe(2);
        Ending without = lab.On("h1", "env", $"YADO_HOME={lab.File_("home-without")}", "yado", "web", "--listen", $"{H1}:8445");
        without.Status.ShouldBe(2);
        without.Errors.ShouldContain("this host has no certificate");
        Directory.Exists(lab.File_("home-without")).ShouldBeFalse("no daemon was started for it");
    }

    /// <summary>Enters the page, sees both hosts, moves a job by it, comes back without the token.</summary>
    private void Use(Browser browser, string address, string job)
    {
        lab.Start("h1", job, "sleep", "1000");
        browser.Open(address);
        browser.Until("document.querySelectorAll('.host').length === 2");
        browser.Until(WebHosts.Row(job));
        browser.Click(WebHosts.Row(job));
        browser.Press("m");
        browser.Until("document.querySelector('dialog[open] .choices button')");
        browser.Press("1");
        browser.Until($"{WebHosts.Row(job)}.cells[1].textContent === 'h2'");
        lab.Job("h2", job).GetProperty("state").GetString().ShouldBe("running");

        browser.Open(address.Split('?')[0]);
        browser.Until("document.querySelectorAll('.host').length === 2");
        browser.Ask("document.cookie").GetString().ShouldBe("", "no script can read the cookie");
        browser.Uncaught.ShouldBeEmpty();
        lab.YadoOn("h2", "kill", job).Succeeds();
    }
}
