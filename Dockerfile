# The packages, in a virtual environment of their own, so that no installer is in the image that runs.
FROM python:3.13.16-slim-trixie AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
RUN python -m venv --without-pip /opt/lamina
COPY requirements.txt /tmp/requirements.txt
# Wheels only: nothing is compiled, so no compiler is needed, and no package's own code runs here.
RUN python -m pip --python /opt/lamina/bin/python install --require-hashes --only-binary :all: \
    -r /tmp/requirements.txt

FROM python:3.13.16-slim-trixie AS lamina
ENV PATH=/opt/lamina/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONFAULTHANDLER=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    STATIC_ROOT=/srv/static
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent \
    --shell /usr/sbin/nologin lamina
WORKDIR /app
COPY --from=packages /opt/lamina /opt/lamina
COPY . .
# The settings demand these; the values lead nowhere and are not in the image's environment.
RUN export SITE_URL=https://build.invalid SECRET_KEY=unused-while-building \
        DATABASE_URL=postgresql://build.invalid/none RABBITMQ_URL=amqp://build.invalid \
        S3_ENDPOINT_URL=https://build.invalid S3_ACCESS_KEY=unused S3_SECRET_KEY=unused \
    && python manage.py compile_translations \
    && python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q /app
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["granian", "config.wsgi:application", "--interface", "wsgi", \
     "--host", "0.0.0.0", "--port", "8000", "--http", "1", "--no-ws", \
     "--workers", "2", "--blocking-threads", "4", \
     "--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "3", \
     "--static-path-mount", "/srv/static", "--log-level", "warning"]
