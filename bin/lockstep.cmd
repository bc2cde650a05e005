@echo off
rem Runs the command line under the Node this repository brings.
setlocal
set "root=%~dp0.."
set "node=%root%\node_modules\node\bin\node.exe"
rem Of the packed app: Electron is the Node it brings.
if not exist "%node%" if exist "%root%\..\..\Lockstep.exe" if exist "%root%\out\main\cli.js" (
  set "node=%root%\..\..\Lockstep.exe"
  set "ELECTRON_RUN_AS_NODE=1"
)
if not exist "%node%" (
  echo lockstep: not installed yet. Run "npm ci" in %root%. 1>&2
  exit /b 1
)
if not exist "%root%\out\main\cli.js" (
  echo lockstep: building once... 1>&2
  pushd "%root%" && "%node%" node_modules\vite\bin\vite.js build --logLevel warn 1>&2 <nul
  if errorlevel 1 ( popd & echo lockstep: the build failed. Run "npm run build". 1>&2 & exit /b 1 )
  popd
)
"%node%" "%root%\out\main\cli.js" %*
