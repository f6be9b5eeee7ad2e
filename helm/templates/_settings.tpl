{{/* Fails with one line for a missing value or a contradiction, before anything is created. */}}
{{- define "scep-connector.validate" -}}
{{- $v := .Values -}}
{{- if not $v.image.repository }}{{ fail "image.repository is required: where you pushed the image that you built from the Dockerfile" }}{{ end }}
{{- if not $v.publicUrl }}{{ fail "publicUrl is required: where devices reach the enrol listener, as in https://scep.example.com" }}{{ end }}
{{- if not $v.masterKey.existingSecret }}{{ fail "masterKey.existingSecret is required: a Secret with the master key (openssl rand -hex 32 > master.key; kubectl create secret generic scep-connector-master-key --from-file=master.key); keep a copy in a safe place" }}{{ end }}
{{- if eq $v.store.kind "redis" }}
{{- if not $v.store.redis.nodes }}{{ fail "store.redis.nodes is required: where Redis is, as in [redis.example.com:6379]" }}{{ end }}
{{- if and (eq $v.store.redis.topology "sentinel") (not $v.store.redis.sentinelName) }}{{ fail "store.redis.sentinelName is required with the topology sentinel: what the Sentinels call the master" }}{{ end }}
{{- if and $v.store.redis.sentinelName (ne $v.store.redis.topology "sentinel") }}{{ fail "store.redis.sentinelName belongs to the topology sentinel" }}{{ end }}
{{- with $v.store.redis.tls }}
{{- if and (or .caKey .certKey .keyKey) (not .existingSecret) }}{{ fail "store.redis.tls.existingSecret is required: the Secret that caKey, certKey and keyKey are in" }}{{ end }}
{{- if ne (empty .certKey) (empty .keyKey) }}{{ fail "store.redis.tls.certKey and keyKey go together" }}{{ end }}
{{- if and .existingSecret (not .enabled) }}{{ fail "store.redis.tls.existingSecret is given while store.redis.tls.enabled is false" }}{{ end }}
{{- end }}
{{- else }}
{{- if gt (int $v.replicaCount) 1 }}{{ fail "replicaCount must be 1 with the embedded store, which one pod alone can open; set store.kind to redis for more" }}{{ end }}
{{- if not $v.store.embedded.existingClaim }}{{ fail "store.embedded.existingClaim is required with the embedded store: a PersistentVolumeClaim, or every restart loses all records" }}{{ end }}
{{- end }}
{{- if and $v.podDisruptionBudget.minAvailable $v.podDisruptionBudget.maxUnavailable }}{{ fail "podDisruptionBudget takes minAvailable or maxUnavailable, not both" }}{{ end }}
{{- if and $v.api.ingress.enabled (not $v.api.ingress.hosts) }}{{ fail "api.ingress.hosts is required with api.ingress.enabled" }}{{ end }}
{{- end }}

{{/* The settings that other objects depend on: each has its own value, and is refused under config. */}}
{{- define "scep-connector.ownSettings" -}}
publicUrl: {{ .Values.publicUrl | quote }}
dataDir: /app/data
masterKeyFile: /etc/scep-connector/master-key/key
{{- if .Values.masterKey.other.existingSecret }}
otherMasterKeyFile: /etc/scep-connector/other-master-key/key
{{- end }}
{{- if .Values.credentials.existingSecret }}
credentialsFile: /etc/scep-connector/credentials/credentials.yaml
{{- end }}
drainDelaySeconds: {{ .Values.drainDelaySeconds }}
drainSeconds: {{ .Values.drainSeconds }}
store:
  kind: {{ .Values.store.kind }}
  {{- if eq .Values.store.kind "redis" }}
  redis:
    {{- with .Values.store.redis }}
    topology: {{ .topology }}
    nodes: {{ toJson .nodes }}
    {{- with .sentinelName }}
    sentinelName: {{ . | quote }}
    {{- end }}
    {{- with .username }}
    username: {{ . | quote }}
    {{- end }}
    {{- if .existingSecret }}
    passwordFile: /etc/scep-connector/redis/password
    {{- end }}
    {{- with .sentinelUsername }}
    sentinelUsername: {{ . | quote }}
    {{- end }}
    {{- if .sentinelExistingSecret }}
    sentinelPasswordFile: /etc/scep-connector/sentinel/password
    {{- end }}
    {{- with .tls }}
    tls:
      enabled: {{ .enabled }}
      {{- if .caKey }}
      caFile: /etc/scep-connector/redis-tls/ca.crt
      {{- end }}
      {{- if .certKey }}
      certFile: /etc/scep-connector/redis-tls/tls.crt
      keyFile: /etc/scep-connector/redis-tls/tls.key
      {{- end }}
      {{- with .serverName }}
      serverName: {{ . | quote }}
      {{- end }}
    {{- end }}
    {{- end }}
  {{- end }}
{{- range $name := list "enrol" "api" "ops" }}
{{- with index $.Values $name }}
{{ $name }}:
  host: 0.0.0.0
  port: {{ .port }}
  {{- if dig "tls" "existingSecret" "" . }}
  tls:
    certFile: /etc/scep-connector/{{ $name }}-tls/tls.crt
    keyFile: /etc/scep-connector/{{ $name }}-tls/tls.key
  {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* The settings file. */}}
{{- define "scep-connector.settings" -}}
{{- $own := include "scep-connector.ownSettings" . | fromYaml -}}
{{- mergeOverwrite (deepCopy .Values.config) $own | toPrettyJson }}
{{- end }}

{{/* Each mounted Secret: name of the volume, of the Secret, and its keys with their file names. */}}
{{- define "scep-connector.secretVolumes" -}}
{{- $v := .Values -}}
{{- $redis := eq $v.store.kind "redis" -}}
- {name: master-key, secret: {{ $v.masterKey.existingSecret | quote }}, items: [{key: {{ $v.masterKey.key | quote }}, path: key}]}
{{- if $v.masterKey.other.existingSecret }}
- {name: other-master-key, secret: {{ $v.masterKey.other.existingSecret | quote }}, items: [{key: {{ $v.masterKey.other.key | quote }}, path: key}]}
{{- end }}
{{- if $v.credentials.existingSecret }}
- {name: credentials, secret: {{ $v.credentials.existingSecret | quote }}, items: [{key: {{ $v.credentials.key | quote }}, path: credentials.yaml}]}
{{- end }}
{{- if and $redis $v.store.redis.existingSecret }}
- {name: redis, secret: {{ $v.store.redis.existingSecret | quote }}, items: [{key: {{ $v.store.redis.passwordKey | quote }}, path: password}]}
{{- end }}
{{- if and $redis $v.store.redis.sentinelExistingSecret }}
- {name: sentinel, secret: {{ $v.store.redis.sentinelExistingSecret | quote }}, items: [{key: {{ $v.store.redis.sentinelPasswordKey | quote }}, path: password}]}
{{- end }}
{{- with $v.store.redis.tls }}
{{- if and $redis .existingSecret }}
- name: redis-tls
  secret: {{ .existingSecret | quote }}
  items:
    {{- if .caKey }}
    - {key: {{ .caKey | quote }}, path: ca.crt}
    {{- end }}
    {{- if .certKey }}
    - {key: {{ .certKey | quote }}, path: tls.crt}
    - {key: {{ .keyKey | quote }}, path: tls.key}
    {{- end }}
{{- end }}
{{- end }}
{{- range $name := list "enrol" "api" }}
{{- with (index $v $name).tls.existingSecret }}
- {name: {{ $name }}-tls, secret: {{ . | quote }}, items: [{key: tls.crt, path: tls.crt}, {key: tls.key, path: tls.key}]}
{{- end }}
{{- end }}
{{- end }}
